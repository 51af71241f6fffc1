/** Questions that need a calculation each. */
export const WORD_PROBLEMS: readonly string[] = [
  "A box holds 24 packets of 310 screws. How many screws are that?",
  "A train travels at 87 km per hour for 13 hours. How many kilometres does it go?",
  "Anna has 1,250 euros and spends 387 euros. How much is left?",
  "A farmer plants 36 rows with 48 trees in each. How many trees are planted?",
  "A book of 432 pages is read at 18 pages a day. How many days does it take?",
  "Tickets cost 17 euros each. What do 29 tickets cost?",
  "A tank holds 5,000 litres and loses 135 litres a day. How much is in it after 12 days?",
  "Three friends share 1,944 marbles equally. How many does each get?",
  "A shop sells 215 loaves on each of 26 days. How many loaves does it sell?",
  "A rope of 96 metres is cut into pieces of 4 metres. How many pieces are there?",
  "A worker earns 19 euros an hour and works 38 hours. What does the worker earn?",
  "A garden is 27 metres long and 14 metres wide. What is its area in square metres?",
];
