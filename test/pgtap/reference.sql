--
-- docs/reference.md is what the catalogs say: `make reference` wrote it last.
--
-- And they say something of everything: docs/reference.sql leaves empty what has
-- no comment.
--
\set QUIET 1
\set ON_ERROR_STOP 1
\set difference `psql -X -q -v ON_ERROR_STOP=1 -f docs/reference.sql | diff docs/reference.md -`
SELECT plan(3);

SELECT is(:'difference'::text, '', 'docs/reference.md is up to date (make reference)');

CREATE TEMP VIEW undescribed AS
SELECT pg_describe_object(d.classid, d.objid, a.attnum) AS object
FROM pg_depend d
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relkind IN ('r', 'v')
LEFT JOIN LATERAL (
	SELECT 0 AS attnum UNION ALL
	SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) a ON true
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
	AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet')
	AND NOT EXISTS (SELECT FROM pg_description t WHERE (t.classoid, t.objoid, t.objsubid) = (d.classid, d.objid, a.attnum));
SELECT is(string_agg(object, ', '), NULL, 'every object and every column has a comment') FROM undescribed;
SELECT is(string_agg(name, ', '), NULL, 'every option has a description') FROM rn_options() WHERE description !~ '\w';

SELECT * FROM finish();
