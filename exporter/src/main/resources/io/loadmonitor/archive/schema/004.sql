-- Dumps are found by the causes of their tasks, too, and by their containers: dump_name has the kinds cause and container.

-- By which version of the program its names were found (DumpReading). Those of an older one are found anew little by little.
ALTER TABLE dump ADD COLUMN named INTEGER NOT NULL DEFAULT 0;
