/** Problems that a model needs a calculator for, and what an answer must hold. */
export const WORD_PROBLEMS: readonly [question: string, answer: RegExp][] = [
  ["A box holds 24 packets of 310 screws. How many screws are that?", /7,?440/],
  ["A train travels at 87 km per hour for 13 hours. How many kilometres does it go?", /1,?131/],
  ["Anna has 1,250 euros and spends 387 euros. How much is left?", /863/],
  ["A farmer plants 36 rows with 48 trees in each. How many trees are planted?", /1,?728/],
  ["A book of 432 pages is read at 18 pages a day. How many days does it take?", /24/],
  ["Tickets cost 17 euros each. What do 29 tickets cost?", /493/],
  ["A tank holds 5,000 litres and loses 135 litres a day. How much is in it after 12 days?", /3,?380/],
  ["Three friends share 1,944 marbles equally. How many does each get?", /648/],
  ["A shop sells 215 loaves on each of 26 days. How many loaves does it sell?", /5,?590/],
  ["A rope of 96 metres is cut into pieces of 4 metres. How many pieces are there?", /24/],
  ["A worker earns 19 euros an hour and works 38 hours. What does the worker earn?", /722/],
  ["A garden is 27 metres long and 14 metres wide. What is its area in square metres?", /378/],
];
