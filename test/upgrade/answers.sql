--
-- What is answered otherwise than when the dump was made, as lines.  Words have to
-- be the same.  Numbers come of sums in single precision (6e-8), whose order
-- depends on the processor's vector instructions and on the compiler: over the
-- steps of small networks that may come to a few hundred times as much.
--
SET client_min_messages = error;
CREATE TEMPORARY TABLE now (LIKE answer);
DO $$
DECLARE q question;
BEGIN
    FOR q IN SELECT * FROM question LOOP
        EXECUTE format('INSERT INTO now SELECT %s, row_number() OVER (ORDER BY key COLLATE "C"), key, numbers FROM (%s) AS a (key, numbers)',
            q.id, q.query);
    END LOOP;
END $$;
SELECT what, "row", a.key, n.key, a.numbers, n.numbers
FROM answer a FULL JOIN now n USING (question, "row") JOIN question ON id = question
WHERE a.key IS DISTINCT FROM n.key
    OR cardinality(a.numbers) IS DISTINCT FROM cardinality(n.numbers)
    OR EXISTS (
        SELECT FROM unnest(a.numbers, n.numbers) AS pair (was, is_now)
        WHERE was IS DISTINCT FROM is_now
            AND (abs(was - is_now) <= 3e-5 * greatest(abs(was), 1)) IS NOT TRUE)
ORDER BY question, "row";
