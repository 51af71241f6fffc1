CREATE TABLE orders (customer TEXT, item TEXT, euros REAL);
INSERT INTO orders VALUES
  ('Thornmere Mills', 'flour', 820.50),
  ('Pellworth Instruments', 'lathe', 4100.00),
  ('Thornmere Mills', 'sacks', 95.00),
  ('Quillhaven Museum', 'frames', 310.25);
