--
-- reference.sql: writes docs/reference.md, from what the catalogs say
--
-- In a database that has the extension, by psql -X -q -A -t -f docs/reference.sql;
-- `make reference` has a throw-away one.  The words are those of COMMENT ON, of the
-- table of options and of the settings, so that there is one place for each; and
-- test/pgtap/reference.sql fails if the file is not what comes out here.
--
\set QUIET 1
\pset format unaligned
\pset tuples_only on
\pset null ''
SET client_min_messages = warning;
SET search_path = pg_catalog, pg_temp;
LOAD 'recurnet';

-- ---- what belongs to the extension ----

CREATE TEMP VIEW member AS
SELECT classid, objid FROM pg_depend
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet');

-- Text in a cell of a table; code in one.
CREATE FUNCTION pg_temp.cell(said text) RETURNS text LANGUAGE sql IMMUTABLE RETURN coalesce(replace(said, '|', '\|'), '');
CREATE FUNCTION pg_temp.code(said text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE WHEN said <> '' THEN '`' || pg_temp.cell(said) || '`' ELSE '' END;

-- Its names and those of PostgreSQL as one writes them, without schemas.
CREATE FUNCTION pg_temp.type_name(type oid) RETURNS text LANGUAGE sql STABLE
RETURN regexp_replace(format_type(type, NULL), '^.*\.', '');

-- ---- functions ----

-- What people call: not what aggregates, types and triggers are made of.
CREATE TEMP VIEW routine AS
SELECT p.*, d.description,
	CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
	ARRAY(SELECT coalesce(p.proargnames[i], '') FROM generate_series(1, p.pronargs) AS i ORDER BY i) AS names
FROM pg_proc p
JOIN member m ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid
LEFT JOIN pg_description d ON d.classoid = 'pg_proc'::regclass AND d.objoid = p.oid
WHERE p.proname LIKE 'rn\_%' AND p.pronamespace <> 'recurnet'::regnamespace
	AND p.prorettype <> 'trigger'::regtype
	AND d.description <> 'I/O' AND d.description NOT LIKE 'aggregate % function';

-- One line for each argument of those that differ in nothing but types.
CREATE TEMP VIEW argument AS
SELECT r.proname, r.kind, r.names, i AS position, r.names[i] AS name,
	string_agg(DISTINCT pg_temp.type_name(r.proargtypes[i - 1]), ', ') AS types,
	max(regexp_replace(pg_get_function_arg_default(r.oid, i), '::[a-z ]+$', '')) AS default_value
FROM routine r, generate_series(1, r.pronargs) AS i
GROUP BY 1, 2, 3, 4, 5;

-- Columns of what returns a table.
CREATE TEMP VIEW result AS
SELECT DISTINCT r.proname, r.kind, r.names, i AS position, r.proargnames[i] AS name, pg_temp.type_name(r.proallargtypes[i]) AS type
FROM routine r, generate_subscripts(r.proallargtypes, 1) AS i
WHERE r.proargmodes[i] IN ('o', 't');

-- What the planner is told; where it is not the same of all, of which types of the first argument.
CREATE TEMP VIEW label AS
SELECT proname, kind, names, words, string_agg(DISTINCT pg_temp.type_name(proargtypes[0]), ', ') AS types,
	count(*) OVER (PARTITION BY proname, kind, names) AS labels
FROM routine, format('%s, parallel %s', CASE provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
	CASE proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END) AS words
GROUP BY proname, kind, names, words;

CREATE TEMP VIEW routine_text AS
SELECT proname, kind, names,
	format(E'**%s%s**(%s)%s\n', CASE kind WHEN 'procedure' THEN 'CALL ' END, proname,
		(SELECT string_agg(CASE WHEN name = '' THEN types ELSE name END || coalesce(' = ' || default_value, ''), ', ' ORDER BY position)
			FROM argument a WHERE (a.proname, a.kind, a.names) = (r.proname, r.kind, r.names)),
		CASE WHEN kind = 'window function' THEN ' OVER (…)' ELSE '' END || CASE
			WHEN bool_or(proretset) AND EXISTS (SELECT FROM result t WHERE (t.proname, t.kind, t.names) = (r.proname, r.kind, r.names)) THEN ' → table'
			WHEN kind = 'procedure' OR bool_and(prorettype = 'void'::regtype) THEN ''
			ELSE ' → ' || CASE WHEN bool_or(proretset) THEN 'setof ' ELSE '' END || string_agg(DISTINCT pg_temp.type_name(prorettype), ', ') END)
	|| E'\n' || initcap(left(kind, 1)) || substr(kind, 2)
	|| CASE WHEN kind = 'procedure' THEN '' ELSE
		(SELECT ', ' || string_agg(words || CASE WHEN labels > 1 THEN format(' (of %s)', types) ELSE '' END, '; ' ORDER BY words)
			FROM label l WHERE (l.proname, l.kind, l.names) = (r.proname, r.kind, r.names)) END
	|| ': ' || string_agg(DISTINCT description, '; ') || E'.\n'
	|| coalesce(E'\n| argument | type | default |\n|---|---|---|\n'
		|| (SELECT string_agg(format(E'| %s | %s | %s |\n', pg_temp.code(name), types, pg_temp.code(default_value)), '' ORDER BY position)
			FROM argument a WHERE (a.proname, a.kind, a.names) = (r.proname, r.kind, r.names)), '')
	|| coalesce(E'\n| column of the result | type |\n|---|---|\n'
		|| (SELECT string_agg(format(E'| %s | %s |\n', pg_temp.code(name), type), '' ORDER BY position)
			FROM result t WHERE (t.proname, t.kind, t.names) = (r.proname, r.kind, r.names)), '') AS body
FROM routine r
GROUP BY proname, kind, names;

-- ---- tables and views ----

CREATE TEMP VIEW relation AS
SELECT c.oid, c.relname, c.relkind, c.relnamespace = 'recurnet'::regnamespace AS catalog,
	obj_description(c.oid, 'pg_class') AS description,
	E'| column | type | what |\n|---|---|---|\n'
	|| (SELECT string_agg(format(E'| %s | %s | %s |\n', pg_temp.code(a.attname), pg_temp.type_name(a.atttypid),
			pg_temp.cell(col_description(c.oid, a.attnum))), '' ORDER BY a.attnum)
		FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_class c
JOIN member m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid
WHERE c.relkind IN ('r', 'v');

-- ---- all of it ----

\qecho '# Reference'
\qecho
\qecho 'Every function, view, type, option and setting of recurnet, as the database itself describes them: this file is'
\qecho 'written by `make reference`, from COMMENT ON and the tables in the code. What they are good for is told in the'
\qecho '[guide](guide.md) and in [README](../README.md).'
\qecho
\qecho '- [Functions](#functions)'
\qecho '- [Views](#views)'
\qecho '- [Types and casts](#types-and-casts)'
\qecho '- [Options](#options)'
\qecho '- [Settings](#settings)'
\qecho '- [Catalog](#catalog)'
\qecho
\qecho '## Functions'
\qecho
\qecho 'Where an argument has several types, there is a function for each; a model is its id (bigint), its name (text) or, where'
\qecho '`rn_model` is listed, a value. A default of an empty cell is none: the argument must be given.'
\qecho
SELECT E'### ' || proname || E'\n\n' || string_agg(body, E'\n' ORDER BY kind, names)
FROM routine_text GROUP BY proname ORDER BY proname COLLATE "C";

\qecho '## Views'
\qecho
SELECT E'### ' || relname || E'\n\n' || description || E'.\n\n' || columns FROM relation WHERE NOT catalog ORDER BY relname COLLATE "C";

\qecho '## Types and casts'
\qecho
SELECT '- type `' || t.typname || '`: ' || obj_description(t.oid, 'pg_type')
FROM pg_type t JOIN member m ON m.classid = 'pg_type'::regclass AND m.objid = t.oid
WHERE t.typtype = 'b' AND t.typelem = 0 ORDER BY t.typname COLLATE "C";
SELECT format('- cast from `%s` to `%s`%s: %s', pg_temp.type_name(c.castsource), pg_temp.type_name(c.casttarget),
	CASE c.castcontext WHEN 'e' THEN ', where it is asked for' WHEN 'a' THEN ', on assignment' ELSE ', implicit' END,
	obj_description(c.oid, 'pg_cast'))
FROM pg_cast c JOIN member m ON m.classid = 'pg_cast'::regclass AND m.objid = c.oid ORDER BY pg_temp.type_name(c.castsource) COLLATE "C";
\qecho
\qecho '## Options'
\qecho
\qecho 'Of `rn_train`, `rn_fit`, `rn_backtest` and `rn_tune`, as a JSON object; `SELECT * FROM rn_options()` is this table. Where there'
\qecho 'is no default, the recipe chooses.'
\qecho
\qecho '| option | type | default | range | what |'
\qecho '|---|---|---|---|---|'
SELECT extnamespace::regnamespace AS home FROM pg_extension WHERE extname = 'recurnet' \gset
SELECT format('| %s | %s | %s | %s | %s |', pg_temp.code(name), type, pg_temp.code(default_value::text), pg_temp.cell(range), pg_temp.cell(description))
FROM :home.rn_options();
\qecho
\qecho '## Settings'
\qecho
\qecho 'Set as any of PostgreSQL''s; [README](../README.md#settings) tells where.'
\qecho
\qecho '| setting | type | default | unit | context | what |'
\qecho '|---|---|---|---|---|---|'
SELECT format('| %s | %s | %s | %s | %s | %s |', pg_temp.code(name), vartype, pg_temp.code(boot_val), coalesce(unit, ''), context,
	pg_temp.cell(concat_ws(' ', short_desc, extra_desc)))
FROM pg_settings WHERE name LIKE 'recurnet.%' ORDER BY name COLLATE "C";
\qecho
\qecho '## Catalog'
\qecho
\qecho 'What the views are made of, in the schema `recurnet`. Superusers and members of pg_read_all_data read it, as a dump does; nobody'
\qecho 'else does, and nothing but the functions writes it.'
\qecho
SELECT '### recurnet.' || relname || E'\n\n' || CASE relkind WHEN 'r' THEN 'Table: ' ELSE 'View: ' END || description || E'.\n\n' || columns
FROM relation WHERE catalog ORDER BY relkind, relname COLLATE "C";
