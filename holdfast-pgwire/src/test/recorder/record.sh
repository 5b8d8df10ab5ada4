#!/bin/sh
# Records the sessions of ../resources/wire anew.
# usage: record.sh SERVER_PORT SERVER_18_PORT PGJDBC_JAR PYTHON
# What the servers must be like stands in ../resources/wire/README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
wire=$here/../resources/wire
server_port=$1 server_18_port=$2 pgjdbc=$3 python=$4
relay_port=55916
export PGHOST=127.0.0.1 PGPORT=$relay_port PGUSER=agent PGPASSWORD=secret PGDATABASE=postgres
mkdir -p "$wire"

record() {
    name=$1 port=$2
    shift 2
    "$python" "$here/relay.py" "$relay_port" "$port" "$wire" "$name" &
    relay=$!
    sleep 1
    "$@" || true
    sleep 1
    kill "$relay"
    wait "$relay" 2>/dev/null || true
}

record psql "$server_port" psql -X -q -o /dev/null -f "$here/psql.sql"
record pgjdbc "$server_port" "$JAVA_HOME/bin/java" -cp "$pgjdbc" "$here/Pgjdbc.java" "$relay_port"
record python "$server_port" "$python" "$here/extended.py" "$relay_port"
record pgbench "$server_port" pgbench -n -M prepared -f "$here/pgbench.sql" -t 5
record negotiation-15 "$server_port" "$python" "$here/negotiation.py" "$relay_port"
record negotiation-18 "$server_18_port" "$python" "$here/negotiation.py" "$relay_port"
