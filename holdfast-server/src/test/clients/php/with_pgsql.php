<?php
// php-pgsql and PDO: libpq, parameters, prepared statements, asynchronous queries with cancel.
declare(strict_types=1);

const WRITES = [
    'DELETE FROM remark',
    "INSERT INTO remark (item_id, body) VALUES (1, 'x')",
    'WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) FROM gone',
    'DROP TABLE remark',
];

function ok(string $step): void { echo "ok   $step\n"; }

function equal(mixed $actual, mixed $expected): void
{
    if ($actual !== $expected) {
        throw new Exception('expected ' . var_export($expected, true) . ', got ' . var_export($actual, true));
    }
}

function refused(PgSql\Connection $db): void
{
    $result = pg_get_result($db);
    $state = pg_result_error_field($result, PGSQL_DIAG_SQLSTATE);
    if (!in_array($state, ['42501', '25006'], true)) {
        throw new Exception("not refused as it should be: $state " . pg_result_error($result));
    }
    if (getenv('HOLDFAST') === '1') {
        equal(pg_result_error_field($result, PGSQL_DIAG_MESSAGE_DETAIL) != '', true);
        equal(pg_result_error_field($result, PGSQL_DIAG_MESSAGE_HINT) != '', true);
    }
    while (pg_get_result($db)) {
    }
}

$db = pg_connect('sslmode=verify-full');
$row = pg_fetch_assoc(pg_query_params($db, 'SELECT * FROM item WHERE id = $1', [7]));
equal($row['name'], 'item 7');
equal($row['big'], '70000000000');
equal($row['tags'], '{a7,"ü,\"{}\\\\"}');
equal(bin2hex(pg_unescape_bytea($row['raw'])), '00000007');
equal($row['missing'], null);
ok('reads every type');
pg_prepare($db, 'by_id', 'SELECT name FROM item WHERE id = $1');
for ($i = 1; $i < 20; $i++) {
    equal(pg_fetch_result(pg_execute($db, 'by_id', [$i]), 0, 0), "item $i");
}
ok('a prepared statement');
equal(count(pg_copy_to($db, 'item')), 2000);
ok('COPY to the client');
equal(count(pg_meta_data($db, 'remark')), 3);
ok('metadata');
pg_query($db, 'BEGIN');
pg_query($db, 'DECLARE walk CURSOR FOR SELECT id FROM item ORDER BY id');
equal(pg_num_rows(pg_query($db, 'FETCH 100 FROM walk')), 100);
pg_query($db, 'COMMIT');
ok('a cursor in a transaction');
pg_send_query($db, 'SELECT count(*) FROM generate_series(1, 2000000000)');
usleep(500000);
equal(pg_cancel_query($db), true);
ok('cancel');
foreach (WRITES as $write) {
    pg_send_query($db, $write);
    refused($db);
    pg_send_query_params($db, "$write -- extended", []);
    refused($db);
}
equal(pg_fetch_result(pg_query($db, 'SELECT count(*) FROM remark'), 0, 0), '4000');
ok('writes are refused, the session goes on');

$pdo = new PDO(sprintf('pgsql:host=%s;port=%s;dbname=%s;sslmode=verify-full;sslrootcert=%s',
    getenv('PGHOST'), getenv('PGPORT'), getenv('PGDATABASE'), getenv('PGSSLROOTCERT')),
    getenv('PGUSER'), getenv('PGPASSWORD'));
$statement = $pdo->prepare('SELECT name FROM item WHERE id = :id AND active = :active');
$statement->execute(['id' => 8, 'active' => 'true']);
equal($statement->fetchColumn(), 'item 8');
try {
    $pdo->prepare('DELETE FROM item WHERE id = :id')->execute(['id' => 8]);
    throw new Exception('went through');
} catch (PDOException $e) {
    equal(in_array($e->getCode(), ['42501', '25006'], true), true);
}
ok('PDO');
