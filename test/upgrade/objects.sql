--
-- The extension's objects with all that CREATE EXTENSION decides of them.
--
SET search_path = pg_catalog;
CREATE TEMPORARY VIEW member AS
    SELECT d.classid, d.objid, i.type || ' ' || i.identity AS object
    FROM pg_depend d, pg_identify_object(d.classid, d.objid, 0) i
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
        AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'recurnet');
SELECT line FROM (
    SELECT concat_ws(' | ', object, obj_description(objid, classid::regclass::name)) FROM member
    UNION ALL
    SELECT concat_ws(' | ', object, proowner::regrole, coalesce(proacl, acldefault('f', proowner)),
        CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
        pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), provolatile, proparallel, procost, prorows, a - 'aggfnoid')
    FROM member JOIN pg_proc p ON p.oid = objid AND classid = 'pg_proc'::regclass
    LEFT JOIN LATERAL (SELECT to_jsonb(a) AS a FROM pg_aggregate a WHERE aggfnoid = p.oid) a ON true
    UNION ALL
    SELECT concat_ws(' | ', object, relowner::regrole,
        -- roles that hold models have rights of their own
        (SELECT array_agg(a ORDER BY a::text)
            FROM unnest(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
            WHERE split_part(a::text, '=', 1) IN ('', relowner::regrole::text)),
        reloptions, relpersistence, relreplident, relrowsecurity,
        CASE WHEN relkind = 'v' THEN pg_get_viewdef(c.oid) END,
        (SELECT to_jsonb(s) - 'seqrelid' FROM pg_sequence s WHERE seqrelid = c.oid))
    FROM member JOIN pg_class c ON c.oid = objid AND classid = 'pg_class'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, 'column', rank() OVER (PARTITION BY objid ORDER BY attnum), attname,
        format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, attstorage, attcompression, attcollation::regcollation, attacl,
        pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
    FROM member JOIN pg_attribute ON attrelid = objid AND classid = 'pg_class'::regclass AND attnum > 0 AND NOT attisdropped
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    UNION ALL
    SELECT concat_ws(' | ', object, conname, pg_get_constraintdef(pg_constraint.oid), obj_description(pg_constraint.oid, 'pg_constraint'))
    FROM member JOIN pg_constraint ON conrelid = objid AND classid = 'pg_class'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, pg_get_indexdef(indexrelid))
    FROM member JOIN pg_index ON indrelid = objid AND classid = 'pg_class'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, pg_get_triggerdef(t.oid), tgenabled, obj_description(t.oid, 'pg_trigger'))
    FROM member JOIN pg_trigger t ON tgrelid = objid AND classid = 'pg_class'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, nspowner::regrole, coalesce(nspacl, acldefault('n', nspowner)))
    FROM member JOIN pg_namespace n ON n.oid = objid AND classid = 'pg_namespace'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, typowner::regrole, coalesce(typacl, acldefault('T', typowner)), typlen, typcategory, typstorage, typinput, typoutput, typreceive, typsend)
    FROM member JOIN pg_type t ON t.oid = objid AND classid = 'pg_type'::regclass
    UNION ALL
    SELECT concat_ws(' | ', object, castfunc::regprocedure, castcontext, castmethod)
    FROM member JOIN pg_cast c ON c.oid = objid AND classid = 'pg_cast'::regclass
    UNION ALL
    -- but for an owner's, which pg_upgrade forgets
    SELECT concat_ws(' | ', 'initial rights', object, objsubid, privtype, item)
    FROM member JOIN pg_init_privs i ON i.objoid = objid AND i.classoid = classid, unnest(initprivs) item
    WHERE item::text LIKE '=%'
    UNION ALL
    SELECT concat_ws(' | ', extversion, extrelocatable, extnamespace::regnamespace, 'dumped: ' || config::regclass, condition)
    FROM pg_extension LEFT JOIN LATERAL unnest(extconfig, extcondition) u (config, condition) ON true WHERE extname = 'recurnet'
) AS list (line) ORDER BY line COLLATE "C";
