//! Finds commented-out code.

use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::{Offence, line_of};

const STATEMENTS: [&str; 12] =
    ["if", "for", "while", "function", "else", "return", "const", "let", "var", "switch", "try", "}"];

/// Comments of a script that contain code; neighbouring line comments count as one.
pub(super) fn offences(text: &str, comments: impl Iterator<Item = (u32, u32)>) -> Vec<Offence> {
    let mut groups: Vec<(usize, usize, String)> = Vec::new();
    for (start, end) in comments {
        let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { continue };
        let Some(body) = text.get(start..end) else { continue };
        let line = line_of(text, start);
        let comment = bare(body);
        match groups.last_mut() {
            Some((_, last, group)) if *last + 1 == line && body.starts_with("//") => {
                *last = line;
                group.push('\n');
                group.push_str(&comment);
            }
            _ => groups.push((line, line, comment)),
        }
    }
    let code = groups.into_iter().filter(|(_, _, comment)| is_code(comment));
    code.map(|(line, _, comment)| Offence {
        rule: "commented-code",
        line,
        message: format!("this comment is code: {}", comment.lines().next().unwrap_or_default().trim()),
    })
    .collect()
}

/// The text of a comment without its delimiters.
fn bare(body: &str) -> String {
    if let Some(line) = body.strip_prefix("//") {
        return line.trim().to_owned();
    }
    let inner = body.trim_start_matches("/*").trim_start_matches('*').trim_end_matches("*/");
    inner
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim())
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}

fn is_code(comment: &str) -> bool {
    let shaped = |line: &str| {
        let first = line.split(|sign: char| !sign.is_alphanumeric() && sign != '}').next().unwrap_or_default();
        let begins = STATEMENTS.contains(&first);
        (line.ends_with(';') && (line.contains('=') || line.contains('(') || begins)) || (line.ends_with('{') && begins)
    };
    if comment.lines().any(|line| shaped(line.trim())) {
        return true;
    }
    let calls = comment.as_bytes().windows(2).any(|pair| pair[1] == b'(' && pair[0].is_ascii_alphanumeric());
    (calls || comment.contains('=')) && !comment.is_empty() && {
        let allocator = Allocator::default();
        Parser::new(&allocator, comment, SourceType::script()).parse().diagnostics.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_no_code() {
        for prose in [
            "Opens the panel in a tab.",
            "words (optional)",
            "`on` holds listeners; false, null are left out.",
            "a number and its noun stay on one line",
            "{pipeline_id} the form for a new one",
            "Names of all modules, e.g. lib/api.js",
        ] {
            assert!(!is_code(prose), "{prose}");
        }
    }

    #[test]
    fn code_is_code() {
        for code in ["foo(bar)", "var x = 1;", "if (x) {", "a = b", "return false;", "$('.x').hide();"] {
            assert!(is_code(code), "{code}");
        }
    }
}
