//! The header `Range` of one part: `bytes=2-5`, `bytes=2-`, `bytes=-4`.

/// The requested part of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it: no header, or an invalid one, which the RFC says to ignore.
    Whole,
    /// From the first byte to the byte after the last.
    Some(usize, usize),
    /// A range outside the file.
    Outside,
}

pub(super) fn part(header: Option<&str>, length: usize) -> Part {
    let Some((first, last)) = header.and_then(|text| text.strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<usize>();
    match (first.trim().is_empty(), number(first), number(last)) {
        (true, _, Ok(count)) if count > 0 && length > 0 => Part::Some(length.saturating_sub(count), length),
        (true, _, Ok(_)) => Part::Outside,
        (false, Ok(from), _) if from >= length => Part::Outside,
        (false, Ok(from), _) if last.trim().is_empty() => Part::Some(from, length),
        (false, Ok(from), Ok(to)) if from <= to => Part::Some(from, to.saturating_add(1).min(length)),
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, part};

    #[test]
    fn parts_are_cut_as_the_rfc_says() {
        for (header, wanted) in [
            (None, Part::Whole),
            (Some("bytes=0-3"), Part::Some(0, 4)),
            (Some("bytes=4-"), Part::Some(4, 10)),
            (Some("bytes=-4"), Part::Some(6, 10)),
            (Some("bytes=-40"), Part::Some(0, 10)),
            (Some("bytes=8-99"), Part::Some(8, 10)),
            (Some("bytes=10-"), Part::Outside),
            (Some("bytes=-0"), Part::Outside),
            (Some("bytes=5-4"), Part::Whole),
            (Some("bytes=0-1,3-4"), Part::Whole),
            (Some("lines=0-1"), Part::Whole),
        ] {
            assert_eq!(part(header, 10), wanted, "{header:?}");
        }
    }
}
