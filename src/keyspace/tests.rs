use super::*;

#[test]
fn a_redis_key_has_the_names_that_it_may_be_of() {
    let plain = Keyspace::new("p:".into(), false);
    assert_eq!(plain.names_of("p:t:k"), ["t:k"]);
    assert_eq!(plain.names_of("q:t:k"), [""; 0]);
    let tagged = Keyspace::new("p:".into(), true);
    assert_eq!(tagged.names_of("p:{t}:k"), ["t:k"]);
    assert_eq!(tagged.names_of("p:{a}:b}:c"), ["a:b}:c", "a}:b:c"]);
    assert_eq!(tagged.names_of("p:t:k"), [""; 0]);
    assert_eq!(Keyspace::new(String::new(), false).names_of("__state__:lock:{t:k}"), [""; 0]);
}

fn keyspace() -> Keyspace {
    Keyspace::new("app:state:".into(), false)
}

#[test]
fn a_key_is_prefix_and_entry_byte_for_byte() {
    let mut key = String::from("left over");
    keyspace().write_key(&mut key, Space::Entries, "t1:k:1");
    assert_eq!(key, "app:state:t1:k:1");
}

#[test]
fn locks_and_limits_are_in_the_slots_of_their_entries() {
    let (plain, tagged) = (keyspace(), Keyspace::new("app:state:".into(), true));
    let key = |keyspace: &Keyspace, space, name: &str| keyspace.key(space, name);
    assert_eq!(key(&plain, Space::Locks, "t:k"), "__state__:lock:{app:state:t:k}");
    assert_eq!(key(&plain, Space::Limits, "t:k"), "__state__:limit:{app:state:t:k}");
    assert_eq!(key(&plain, Space::SlidingWindows, "t:k"), "__state__:sliding:{app:state:t:k}");
    assert_eq!(key(&plain, Space::TokenBuckets, "t:k"), "__state__:bucket:{app:state:t:k}");
    assert_eq!(key(&tagged, Space::Locks, "{t}:k"), "__state__:lock:app:state:{t}:k");
    assert_eq!(plain.lock_key_of("t", "k"), "__state__:lock:{app:state:t:k}");
    assert_eq!(tagged.lock_key_of("t", "k"), "__state__:lock:app:state:{t}:k");
    for (keyspace, name) in [(&plain, "t:k"), (&plain, "{t}:k"), (&plain, "a{b:k"), (&tagged, "{t}:k{}")] {
        let tag = |space| hash_tag(key(keyspace, space, name).as_bytes()).map(<[u8]>::to_vec);
        let entry = key(keyspace, Space::Entries, name);
        assert_eq!(tag(Space::Locks), tag(Space::Entries).or(Some(entry.into_bytes())), "{name}");
        assert_eq!(tag(Space::Limits), tag(Space::Locks), "{name}");
    }
}

#[test]
fn the_index_of_a_trace_is_in_the_slot_of_its_entries() {
    let tagged = Keyspace::new("app:state:".into(), true);
    assert_eq!(keyspace().index_of("t"), "__state__:index:app:state:t");
    assert_eq!(tagged.index_of("t"), "__state__:index:app:state:{t}");
    let (index, entry) = (tagged.index_of("t"), tagged.key_of("t", "k"));
    assert_eq!(hash_tag(index.as_bytes()), hash_tag(entry.as_bytes()));
    assert_eq!(keyspace().index_marker(), "__state__:indexed:app:state:");
}

#[test]
fn indexes_are_recognized_by_their_keys() {
    let tagged = Keyspace::new("app:state:".into(), true);
    for keyspace in [keyspace(), tagged.clone()] {
        assert!(keyspace.owns_index(&keyspace.index_of("t")) && keyspace.owns_index(&keyspace.index_of("")));
        assert!(!keyspace.owns_index(&keyspace.index_marker()) && !keyspace.owns_index("app:state:t:k"));
        let nested = Keyspace::new("app:state:b:".into(), false);
        assert!(!keyspace.owns_index(&nested.index_of("t")));
    }
    assert!(!tagged.owns_index(&keyspace().index_of("t")));
    assert_eq!(Keyspace::new("p*:".into(), false).pattern_of_indexes(), r"__state__:index:p\*:*");
}

#[test]
fn the_index_of_an_entry_is_that_of_its_trace() {
    let index = |keyspace: &Keyspace, key: &str| {
        let mut index = String::from("left over");
        keyspace.write_index(&mut index, key).map(|member| (index, key[member..].to_owned()))
    };
    let plain = keyspace().with_index(true);
    let tagged = Keyspace::new("p:".into(), true).with_index(true);
    for (keyspace, trace_id, key) in
        [(&plain, "t", "k:1"), (&plain, "", ""), (&tagged, "a}b", "}:k"), (&tagged, "a}", "")]
    {
        let expected = Some((keyspace.index_of(trace_id), key.to_owned()));
        assert_eq!(index(keyspace, &keyspace.key_of(trace_id, key)), expected);
    }
    let view = Keyspace::new(String::new(), false).with_index_of(&plain);
    let expected = Some((plain.index_of("t"), "k".to_owned()));
    assert_eq!(index(&view, &view.key_of("app", "state:t:k")), expected);
    assert_eq!(index(&view, &view.key_of("app", "state:lonely")), None);
    assert_eq!(index(&view, &view.key_of("other", "t:k")), None);
    assert_eq!(index(&keyspace(), "app:state:t:k"), None);
    let unprefixed = Keyspace::new(String::new(), false).with_index(true);
    assert_eq!(index(&unprefixed, &unprefixed.lock_key_of("t", "k")), None);
    assert!(is_index(plain.index_of("t").as_bytes()) && !is_index(b"__state__:lock:t:k"));
}

#[test]
fn a_trace_id_ends_at_the_first_colon_unless_the_scope_has_it() {
    let keyspace = keyspace();
    assert_eq!(keyspace.entry(&Scope::All, "app:state:a:b:c"), Some(("a", "b:c")));
    assert_eq!(keyspace.entry(&Scope::Group("a:b".into()), "app:state:a:b:c"), Some(("a:b", "c")));
    assert_eq!(keyspace.entry(&Scope::All, "app:state::"), Some(("", "")));
}

#[test]
fn keys_without_a_colon_or_with_another_prefix_are_no_entries() {
    assert_eq!(keyspace().entry(&Scope::All, "app:state:lonely"), None);
    assert_eq!(keyspace().entry(&Scope::All, "other:a:b"), None);
    assert_eq!(keyspace().entry(&Scope::Group("a".into()), "app:state:ab:c"), None);
}

#[test]
fn with_an_empty_prefix_locks_and_limits_are_no_entries() {
    let keyspace = Keyspace::new(String::new(), false);
    assert_eq!(keyspace.key_of("t", "k"), "t:k");
    assert_eq!(keyspace.pattern_of(&Scope::All), "*");
    assert_eq!(keyspace.entry(&Scope::All, "t:k"), Some(("t", "k")));
    assert_eq!(keyspace.entry(&Scope::All, &keyspace.lock_key_of("t", "k")), None);
    assert_eq!(keyspace.entry(&Scope::All, "__states__:k"), Some(("__states__", "k")));
    assert!(keyspace.owns("lonely") && !keyspace.owns("__state__:limit:{t:k}"));
}

#[test]
fn with_hash_tags_the_trace_id_is_in_braces() {
    let keyspace = Keyspace::new("p:".into(), true);
    let group = Scope::Group("a:b".into());
    assert_eq!(keyspace.start_of(&group), "p:{a:b}:");
    assert_eq!(keyspace.entry(&group, "p:{a:b}:c"), Some(("a:b", "c")));
    assert_eq!(keyspace.entry(&Scope::All, "p:{a:b}:c}:d"), Some(("a:b", "c}:d")));
    assert_eq!(keyspace.entry(&Scope::All, "p:a:b"), None);
}

#[test]
fn a_scope_can_select_keys_by_their_beginning() {
    let part = |key_prefix: &str| Scope::KeyPrefix { trace_id: "a:b".into(), key_prefix: key_prefix.into() };
    for (hash_tags, start) in [(false, "p:a:b:"), (true, "p:{a:b}:")] {
        let keyspace = Keyspace::new("p:".into(), hash_tags);
        assert_eq!(keyspace.start_of(&part("k")), format!("{start}k"));
        assert_eq!(keyspace.pattern_of(&part("k*")), format!("{start}k\\**"));
        assert_eq!(keyspace.entry(&part("k:"), &format!("{start}k:1")), Some(("a:b", "k:1")));
        assert_eq!(keyspace.entry(&part("k:"), &format!("{start}k")), None);
        assert_eq!(keyspace.entry(&part(""), &format!("{start}k")), Some(("a:b", "k")));
    }
}

#[test]
fn wildcards_in_prefix_and_id_are_literal() {
    let keyspace = Keyspace::new("p[*]:".into(), false);
    assert_eq!(keyspace.pattern_of(&Scope::Group("a?\\^-".into())), r"p\[\*\]:a\?\\^-:*");
    assert_eq!(keyspace.pattern_of(&Scope::All), r"p\[\*\]:*");
}
