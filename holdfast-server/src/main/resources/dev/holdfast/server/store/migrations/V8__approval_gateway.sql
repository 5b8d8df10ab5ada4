-- Which gateway took an approval to run it: that one only can find out how it ended. Empty before.
ALTER TABLE approval ADD COLUMN gateway text NOT NULL DEFAULT '';
