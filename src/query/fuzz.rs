//! Compares generated queries with the model.

use fastrand::Rng;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::arbitrary::{entries, text_of, wanted};
use super::model::Entry;
use super::*;

/// Runs a query over all entries, in random order. Returns the indices of the matches, and the position of the next
/// page.
fn run(query: &str, entries: &[Entry], texts: &[String], random: &mut Rng) -> (Vec<usize>, Option<String>) {
    let mut query = Query::parse(query).unwrap();
    let mut order: Vec<usize> = (0..entries.len()).collect();
    random.shuffle(&mut order);
    for number in order {
        let Entry { trace_id, key, .. } = &entries[number];
        query.take(trace_id, key, &texts[number]).unwrap();
    }
    let answer = query.finish().concat();
    let answer: Vec<&RawValue> = serde_json::from_str(&answer).unwrap();
    let (next, items) = answer.split_last().unwrap();
    let number_of = |item: &[&RawValue]| {
        let name: [String; 2] = [0, 1].map(|part: usize| serde_json::from_str(item[part].get()).unwrap());
        let number = entries.iter().position(|entry| [&entry.trace_id, &entry.key] == [&name[0], &name[1]]);
        let number = number.expect("what is found is an entry");
        assert_eq!(item[2].get(), texts[number].trim_ascii());
        number
    };
    (items.chunks(3).map(number_of).collect(), serde_json::from_str(next.get()).unwrap())
}

proptest! {
    #![proptest_config(crate::fuzz::config())]

    #[test]
    fn fuzz_queries_find_what_the_model_finds(wanted in wanted(), entries in entries(), limit in 1_usize..6, seed in any::<u64>()) {
        let random = &mut Rng::with_seed(seed);
        let texts: Vec<String> = entries.iter().map(|entry| text_of(&entry.value, random)).collect();
        let expected = wanted.found_in(&entries);
        let whole = wanted.to_json(None, None).to_string();
        prop_assert_eq!(run(&whole, &entries, &texts, random), (expected.clone(), None));

        let (mut joined, mut after) = (Vec::<usize>::new(), None);
        loop {
            let query = wanted.to_json(Some(limit), after.as_deref()).to_string();
            let (found, next) = run(&query, &entries, &texts, random);
            joined.extend(&found);
            // Only the last page may be incomplete, and it is empty only if nothing matches.
            let is_full = found.len() == limit;
            prop_assert!(is_full || (next.is_none() && found.len() < limit));
            prop_assert!(!found.is_empty() || expected.is_empty());
            after = next;
            if after.is_none() || joined.len() > expected.len() {
                break;
            }
        }
        prop_assert_eq!(joined, expected);
    }

    #[test]
    fn fuzz_any_text_is_a_query_or_rejected(
        wanted in wanted(),
        after in prop::option::of("[\\[\\]\",0-9a{}]{0,12}"),
        changes in vec((any::<prop::sample::Index>(), any::<char>()), 0..3),
        entries in entries(),
        seed in any::<u64>(),
    ) {
        let changed = |text: &str| -> String {
            let mut chars: Vec<char> = text.chars().collect();
            for (at, other) in &changes {
                *at.get_mut(&mut chars) = *other;
            }
            chars.into_iter().collect()
        };
        let text = wanted.to_json(Some(3), after.as_deref()).to_string();
        let random = &mut Rng::with_seed(seed);
        for text in [changed(&text), text] {
            let Ok(mut query) = Query::parse(&text) else { continue };
            for entry in &entries {
                // What is not JSON may be refused or, where no path leads into it, be passed on.
                let _ = query.take(&entry.trace_id, &entry.key, &changed(&text_of(&entry.value, random)));
            }
            query.finish();
        }
    }
}
