--
-- The catalog: what is there, described, dumped, and closed.
--
-- every object of the extension, and whether it is described
SELECT pg_describe_object(classid, objid, 0) AS object
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet')
	AND NOT (classid = 'pg_type'::regclass)
ORDER BY pg_describe_object(classid, objid, 0) COLLATE "C";
SELECT pg_describe_object(classid, objid, 0) AS undescribed
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet')
	AND NOT (classid = 'pg_type'::regclass AND objid IN (SELECT typarray FROM pg_type UNION ALL SELECT oid FROM pg_type WHERE typrelid <> 0))
	AND obj_description(objid, classid::regclass::name) IS NULL;
SELECT c.oid::regclass AS relation, a.attname AS undescribed
FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind <> 'S'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet')
	AND col_description(c.oid, a.attnum) IS NULL;

-- tables: keyed, dumped, weights not compressed
SELECT conrelid::regclass AS "table", pg_get_constraintdef(oid) AS "constraint"
FROM pg_constraint WHERE connamespace = 'recurnet'::regnamespace AND contype IN ('p', 'u', 'f')
ORDER BY conrelid::regclass::text, contype DESC;
SELECT oid::regclass AS "without a key, which replication needs" FROM pg_class
WHERE relnamespace = 'recurnet'::regnamespace AND relkind = 'r'
	AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND contype = 'p');
SELECT array_agg(c::regclass ORDER BY c::regclass::text) AS dumped
FROM pg_extension, unnest(extconfig) c WHERE extname = 'recurnet';
SELECT attname, attstorage FROM pg_attribute
WHERE attrelid = 'recurnet.version'::regclass AND attname = 'weights';

-- a row may be written by hand only if it makes sense
\set VERBOSITY terse
INSERT INTO recurnet.model (name, owner, active_version) VALUES ('17', 'postgres', 1);
INSERT INTO recurnet.model (name, owner, active_version) VALUES ('', 'postgres', 1);

\set VERBOSITY default
-- stored bytes are not trusted
SELECT rn_train('gru', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i',
	'{"recipe": "plain", "units": 3, "epochs": 1, "window": 5}', name => 'hurt') > 0 AS trained;
CREATE TABLE intact AS SELECT weights FROM recurnet.version JOIN recurnet.model USING (model_id) WHERE name = 'hurt';
\set VERBOSITY sqlstate
-- a byte of the magic, of the checksum, of the network, of the weights
UPDATE recurnet.version SET weights = (SELECT set_byte(weights, 0, get_byte(weights, 0) # 1) FROM intact);
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET weights = (SELECT set_byte(weights, 12, get_byte(weights, 12) # 1) FROM intact);
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET weights = (SELECT set_byte(weights, 30, get_byte(weights, 30) # 1) FROM intact);
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET weights = (SELECT set_byte(weights, length(weights) - 1, get_byte(weights, length(weights) - 1) # 1) FROM intact);
SELECT rn_forecast('hurt', 1);
SELECT rn_summary('hurt');
SELECT rn_predict('hurt', 'SELECT i AS t, i * 0.5 AS v FROM generate_series(1, 60) i');
CALL rn_retrain('hurt');
-- too short, too long, nothing
UPDATE recurnet.version SET weights = (SELECT substr(weights, 1, length(weights) - 1) FROM intact);
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET weights = (SELECT weights || '\x00' FROM intact);
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET weights = '';
SELECT rn_forecast('hurt', 1);
-- whole bytes under another kind of time
UPDATE recurnet.version SET weights = (SELECT weights FROM intact), time_type = 'date';
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET time_type = 'money';
SELECT rn_forecast('hurt', 1);
UPDATE recurnet.version SET time_type = 'timestamp with time zone';
UPDATE recurnet.version SET time_type = 'integer';
SELECT count(*) FROM rn_forecast('hurt', 1);
\set VERBOSITY default
CALL rn_retrain('hurt', 'cold', 'always');
SELECT version FROM rn_models WHERE name = 'hurt';

-- versions go with their model
SELECT rn_drop_model('hurt');
SELECT count(*) FROM recurnet.version;
DROP TABLE intact;
