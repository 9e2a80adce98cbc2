-- Nearly all entries are of activities. Who folds another kind reads its few entries, in order, without passing the
-- others: without this each page was found by going through all that follows it, which PostgreSQL then sorted.
create index entry_rare_kind on log.entry (stream_kind, position) where stream_kind <> 'activity';
