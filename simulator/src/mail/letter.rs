//! A letter as it was sent (RFC 5322): its headers, and its text without the encodings of RFC 2045 and 2047.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use crate::kit::system_clock;

/// A letter of plain text.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its number in this inbox, from 1.
    pub id: u64,
    pub at: DateTime<Utc>,
    /// All headers as received, each in one line.
    pub head: String,
    pub from: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl Letter {
    /// Reads a letter whose lines end with `\n`.
    pub(super) fn read(raw: &str) -> Self {
        let (head, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
        let head = head.replace("\n ", " ").replace("\n\t", " ");
        let field = |name: &str| {
            let named = |line: &str| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            let line = head.lines().find(|line| named(line)).and_then(|line| line.get(name.len()..));
            line.unwrap_or_default().trim().to_owned()
        };
        let text = match field("Content-Transfer-Encoding:").to_ascii_lowercase().as_str() {
            "base64" => {
                let all: String = body.split_whitespace().collect();
                String::from_utf8_lossy(&STANDARD.decode(all).unwrap_or_default()).into_owned()
            }
            "quoted-printable" => unquoted(body),
            _ => body.to_owned(),
        };
        Self {
            id: 0,
            at: system_clock()(),
            from: words_of(&field("From:")),
            to: field("To:"),
            subject: words_of(&field("Subject:")),
            text,
            head,
        }
    }

    /// Fails the test unless the letter contains these texts.
    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        for words in words {
            assert!(self.subject.contains(words) || self.text.contains(words), "{words:?} is not in {self:?}");
        }
    }
}

/// Decodes `=?utf-8?b?…?=`; a space between two encoded words is dropped.
fn words_of(subject: &str) -> String {
    let (mut text, mut was_coded) = (String::new(), true);
    for part in subject.split(' ') {
        let coded = part.strip_prefix("=?utf-8?b?").and_then(|part| part.strip_suffix("?="));
        let coded = coded.and_then(|coded| STANDARD.decode(coded).ok());
        if !(text.is_empty() || was_coded && coded.is_some()) {
            text.push(' ');
        }
        was_coded = coded.is_some();
        match coded {
            Some(bytes) => text += &String::from_utf8_lossy(&bytes),
            None => text += part,
        }
    }
    text
}

/// Decodes quoted-printable.
fn unquoted(body: &str) -> String {
    let body = body.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let coded = (first == b'=').then(|| after.get(..2).and_then(|two| hex::decode(two).ok())).flatten();
        match coded {
            Some(coded) => {
                bytes.extend(coded);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_in_each_encoding() {
        let coded = "From: =?utf-8?b?0J/QsNGA0L7QvA==?= <a@b.example>\nTo: c@d.example\nSubject: =?utf-8?b?0JTQsA==?=\n \
                     =?utf-8?b?IdCd0LXRgg==?= ok\nContent-Transfer-Encoding: base64\n\n0JTQsCE=\n";
        let letter = Letter::read(coded);
        assert_eq!((letter.from.as_str(), letter.to.as_str()), ("Паром <a@b.example>", "c@d.example"));
        assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Да!Нет ok", "Да!"));
        let quoted = "subject: Plain\nContent-Transfer-Encoding: quoted-printable\n\na=3Db =D0=\n=94\n";
        let letter = Letter::read(quoted);
        assert_eq!((letter.subject.as_str(), letter.text.as_str()), ("Plain", "a=b Д\n"));
    }
}
