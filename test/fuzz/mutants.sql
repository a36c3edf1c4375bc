--
-- Mutants of stored models, and of options, through SQL: each is refused with an
-- error, not one of the kind that says of itself that it should not be, or forecasts finite numbers.
--
-- psql -v n=10000 -v seed=0.1 -f seeds.sql -f mutants.sql
--
\set ON_ERROR_STOP 1
SET client_min_messages = error;
SET recurnet.max_memory = '32MB';	-- nobody waits for large networks

-- zlib's CRC-32 of what stands behind the first 16 bytes.
CREATE FUNCTION crc_table() RETURNS bigint[] IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
	entries bigint[] := '{}';
	c bigint;
BEGIN
	FOR i IN 0..255 LOOP
		c := i;
		FOR k IN 1..8 LOOP
			c := CASE WHEN c & 1 = 1 THEN (c >> 1) # 3988292384 ELSE c >> 1 END;
		END LOOP;
		entries := entries || c;
	END LOOP;
	RETURN entries;
END $$;

CREATE FUNCTION sealed(bytes bytea, crc_of bigint[]) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	crc bigint := 4294967295;
	n int := length(bytes);
BEGIN
	IF n < 24 THEN
		RETURN bytes;
	END IF;
	FOR i IN 0..7 LOOP
		bytes := set_byte(bytes, 16 + i, CASE WHEN i < 4 THEN (n >> (8 * i)) & 255 ELSE 0 END);
	END LOOP;
	FOR i IN 16..n - 1 LOOP
		crc := crc_of[((crc # get_byte(bytes, i)) & 255) + 1] # (crc >> 8);
	END LOOP;
	crc := crc # 4294967295;
	FOR i IN 0..3 LOOP
		bytes := set_byte(bytes, 12 + i, ((crc >> (8 * i)) & 255)::int);
	END LOOP;
	RETURN bytes;
END $$;

CREATE FUNCTION below(n int) RETURNS int LANGUAGE sql AS $$SELECT least(floor(random() * n)::int, n - 1)$$;

-- A few flipped bits, changed bytes or numbers, a cut, or a splice with another model.
CREATE FUNCTION mutant(bytes bytea, other bytea) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	at int;
	extreme bytea[] := ARRAY['\xffffffff', '\x00000080', '\xffffff7f', '\x00000000', '\x01000000',
		'\x000000000000f07f', '\x000000000000f87f', '\xffffffffffffef7f', '\x0100000000000000', '\x000000000000f0ff'];
BEGIN
	FOR i IN 0..below(3) LOOP
		-- fields stand at the front: half of the changes are there
		at := CASE WHEN random() < 0.5 THEN below(least(length(bytes), 300)) ELSE below(length(bytes)) END;
		CASE below(6)
			WHEN 0, 1 THEN bytes := set_bit(bytes, 8::bigint * at + below(8), 1 - get_bit(bytes, 8::bigint * at));
			WHEN 2 THEN bytes := set_byte(bytes, at, below(256));
			WHEN 3 THEN bytes := overlay(bytes PLACING extreme[1 + below(10)] FROM at + 1);
			WHEN 4 THEN IF random() < 0.3 THEN bytes := substr(bytes, 1, at + 1); END IF;
			ELSE bytes := substr(bytes, 1, at) || substr(other, at + 1);
		END CASE;
		EXIT WHEN length(bytes) = 0;
	END LOOP;
	RETURN bytes;
END $$;

-- What is no answer: a number that is not finite, or an error of the kind that should not be.
CREATE TABLE findings (what text, input text, said text);

CREATE PROCEDURE try_models(n int) LANGUAGE plpgsql AS $$
DECLARE
	models bytea[] := (SELECT array_agg(model::bytea ORDER BY name) FROM seeds);
	crc_of bigint[] := crc_table();
	bytes bytea;
	answered int := 0;
	refused int := 0;
	bad bigint;
	state text;
	said text;
BEGIN
	FOR i IN 1..n LOOP
		bytes := mutant(models[1 + below(cardinality(models))], models[1 + below(cardinality(models))]);
		IF random() < 0.7 THEN
			bytes := sealed(bytes, crc_of);
		END IF;
		BEGIN
			SELECT count(*) INTO bad FROM rn_forecast(bytes::rn_model, 3)
			WHERE coalesce(forecast IN ('NaN', 'Infinity', '-Infinity'), true) OR lower IN ('NaN', 'Infinity', '-Infinity') OR upper IN ('NaN', 'Infinity', '-Infinity')
				OR NOT forecast BETWEEN coalesce(lower, forecast) AND coalesce(upper, forecast);
			answered := answered + 1;
			IF bad > 0 THEN
				INSERT INTO findings VALUES ('a forecast is not finite, or outside its interval', encode(bytes, 'hex'), NULL);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
			refused := refused + 1;
			IF state LIKE 'XX%' AND state <> 'XX001' THEN
				INSERT INTO findings VALUES ('an error inside', encode(bytes, 'hex'), state || ' ' || said);
			END IF;
		END;
		IF i % 1000 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
	RAISE INFO '% mutants of models: % refused, % forecast', n, refused, answered;
	IF n >= 1000 AND (answered < n / 100 OR refused < n / 100) THEN
		INSERT INTO findings VALUES ('the mutants are no test', NULL, NULL);
	END IF;
END $$;

-- Options of any value: refused, or a model whose forecasts are finite.
CREATE FUNCTION any_value(depth int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	words text[] := ARRAY['"auto"', '""', '"x"', '"adam"', '"1 day"', '"1 month"', '"business day"', '"UTC"', '"mask"', '"\u00e9\ud83d\ude00"', 'null', 'true', 'false',
		'0', '-1', '1', '2', '3', '0.5', '-0.0', '1e-320', '1e308', '-1e308', '1e400', '1e-400', '2147483647', '2147483648', '-2147483649',
		'9223372036854775808', '0.999999999999999999', '[]', '{}', '12345678901234567890123456789', '"select 1"', '"month"'];
BEGIN
	IF depth > 0 AND random() < 0.2 THEN
		RETURN jsonb_build_array(any_value(depth - 1), any_value(depth - 1));
	ELSIF depth > 0 AND random() < 0.05 THEN
		RETURN jsonb_build_object('a', any_value(depth - 1));
	END IF;
	RETURN words[1 + below(cardinality(words))]::jsonb;
END $$;

CREATE PROCEDURE try_options(n int) LANGUAGE plpgsql AS $$
DECLARE
	names text[] := (SELECT array_agg(name ORDER BY name) FROM rn_options());
	cells text[] := ARRAY['rnn', 'lstm', 'gru', 'auto'];
	options jsonb;
	cell text;
	model rn_model;
	answered int := 0;
	refused int := 0;
	bad bigint;
	state text;
	said text;
BEGIN
	FOR i IN 1..n LOOP
		options := CASE below(2) WHEN 0 THEN '{"recipe": "plain", "units": 2, "epochs": 1, "window": 3}' ELSE '{"units": 2, "epochs": 1, "window": 3}' END;
		FOR k IN 1..below(3) LOOP
			options := options || jsonb_build_object(names[1 + below(cardinality(names))], any_value(2));
		END LOOP;
		IF options->'epochs' > '5' THEN		-- nor for so many
			options := options || '{"epochs": 2}';
		END IF;
		cell := cells[1 + below(4)];
		BEGIN
			SELECT rn_fit(day, amount, cell, options) INTO model FROM (SELECT day, amount FROM sales WHERE store = 0 LIMIT 30) s;
			SELECT count(*) INTO bad FROM rn_forecast(model, 3)
			WHERE coalesce(forecast IN ('NaN', 'Infinity', '-Infinity'), true);
			answered := answered + 1;
			IF bad > 0 THEN
				INSERT INTO findings VALUES ('a forecast is not finite', cell || ' ' || options, NULL);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, said = MESSAGE_TEXT;
			refused := refused + 1;
			IF state LIKE 'XX%' OR state = '57014' THEN
				INSERT INTO findings VALUES ('an error inside', cell || ' ' || options, state || ' ' || said);
			END IF;
		END;
	END LOOP;
	IF n >= 50 AND (answered < n / 20 OR refused < n / 20) THEN
		INSERT INTO findings VALUES ('the options are no test', NULL, NULL);
	END IF;
	RAISE INFO '% options: % refused, % trained and forecast', n, refused, answered;
END $$;

SELECT setseed(:seed) \g /dev/null
\echo seed :seed
CALL try_models(:n);
CALL try_options(:n / 20);
TABLE findings;
SELECT count(*) = 0 AS clean FROM findings \gset
\if :clean
\else
\echo 'findings: see above'
SELECT 1 / 0 AS findings;
\endif
