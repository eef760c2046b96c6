//! The known keys, read from the compiled-in default file, and suggestions for mistyped ones.

/// The compiled-in defaults; also the list of keys: `key = …` and `#key = …` (no space after the `#`) under the last
/// `[section]` or `#[section]`.
pub(super) const DEFAULTS: &str = include_str!("../../../server/config.default.toml");

/// Every key and section, without list positions: `integration.channel.id`.
pub(super) fn keys() -> Vec<String> {
    let mut section = String::new();
    let mut keys = Vec::new();
    for line in DEFAULTS.lines() {
        let line = line.strip_prefix('#').unwrap_or(line);
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_start_matches('[').trim_end_matches(']').to_owned();
            keys.push(section.clone());
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_')
        {
            keys.push(format!("{section}.{key}"));
        }
    }
    keys
}

/// The known key that a mistyped one probably means; `None` if none is similar.
pub(super) fn nearest(unknown: &str) -> Option<String> {
    let wanted = without_positions(unknown).to_ascii_lowercase();
    let (distance, key) = keys().into_iter().map(|key| (distance(&wanted, &key), key)).min()?;
    (distance <= 2.max(wanted.len() / 4)).then_some(key)
}

/// `integration[0].name` → `integration.name`
fn without_positions(key: &str) -> String {
    key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// Levenshtein distance: the number of characters to insert, delete or replace.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, from) in left.chars().enumerate() {
        let mut previous = vec![line + 1];
        for ((above, next_above), to) in row.iter().zip(row.iter().skip(1)).zip(&right) {
            let replaced = above + usize::from(from != *to);
            let beside = previous.last().map_or(usize::MAX, |left| left + 1);
            previous.push(replaced.min(next_above + 1).min(beside));
        }
        row = previous;
    }
    row.last().copied().unwrap_or(0)
}
