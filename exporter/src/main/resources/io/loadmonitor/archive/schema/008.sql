-- The archive, version 8: nothing yet.

DROP INDEX IF EXISTS nothing_yet;
