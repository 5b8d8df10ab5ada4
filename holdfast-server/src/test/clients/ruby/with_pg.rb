# ruby-pg: libpq, typed results, prepared statements, single-row mode, COPY, cancel.
require 'pg'

WRITES = [
  'DELETE FROM remark',
  "INSERT INTO remark (item_id, body) VALUES (1, 'x')",
  'WITH gone AS (DELETE FROM item RETURNING 1) SELECT count(*) FROM gone',
  'DROP TABLE remark'
].freeze

def ok(step)
  puts "ok   #{step}"
end

def equal(actual, expected)
  raise "expected #{expected.inspect}, got #{actual.inspect}" unless actual == expected
end

def refused(what)
  yield
rescue PG::Error => e
  state = e.result&.error_field(PG::Result::PG_DIAG_SQLSTATE)
  raise "#{what}: #{state} #{e.message}" unless %w[42501 25006].include?(state)
  return unless ENV['HOLDFAST'] == '1'

  raise 'no DETAIL' unless e.result.error_field(PG::Result::PG_DIAG_MESSAGE_DETAIL)
  raise 'no HINT' unless e.result.error_field(PG::Result::PG_DIAG_MESSAGE_HINT)
else
  raise "went through: #{what}"
end

db = PG.connect(sslmode: 'verify-full')
equal db.ssl_in_use?, true
db.type_map_for_results = PG::BasicTypeMapForResults.new(db)
row = db.exec_params('SELECT * FROM item WHERE id = $1', [7])[0]
equal row['name'], 'item 7'
equal row['big'], 70_000_000_000
equal row['tags'], ['a7', 'ü,"{}\\']
equal row['missing'], nil
ok 'reads every type'
binary = db.exec_params('SELECT raw FROM item WHERE id = $1::int', [{ value: [7].pack('N'), format: 1 }], 1)
equal binary.getvalue(0, 0).bytes, [0, 0, 0, 7]
ok 'binary parameters and results'
db.prepare('by_id', 'SELECT name FROM item WHERE id = $1')
(1..20).each { |i| equal db.exec_prepared('by_id', [i]).getvalue(0, 0), "item #{i}" }
equal db.describe_prepared('by_id').nfields, 1
ok 'a prepared statement'
db.send_query('SELECT id FROM item')
db.set_single_row_mode
seen = 0
while (result = db.get_result)
  result.check
  seen += result.ntuples
end
equal seen, 2000
ok 'row by row'
lines = 0
db.copy_data('COPY item (id, name) TO STDOUT') { lines += 1 while db.get_copy_data }
equal lines, 2000
ok 'COPY to the client'
db.transaction { equal db.exec('SELECT 5').getvalue(0, 0), 5 }
ok 'a transaction'
db.send_query('SELECT count(*) FROM generate_series(1, 2000000000)')
sleep 0.5
equal db.cancel, nil
begin
  db.get_last_result
  raise 'not cancelled'
rescue PG::QueryCanceled
  ok 'cancel'
end
WRITES.each do |write|
  refused(write) { db.exec(write) }
  refused(write) { db.exec_params("#{write} -- extended", []) }
end
refused('COPY FROM') { db.copy_data('COPY remark (item_id, body) FROM STDIN') { db.put_copy_data("1\tx\n") } }
equal db.exec('SELECT count(*) FROM remark').getvalue(0, 0), 4000
ok 'writes are refused, the session goes on'
