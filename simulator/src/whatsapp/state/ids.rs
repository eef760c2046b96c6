//! Generates ids in Meta's formats.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::State;

/// A phone number's digits; other characters are ignored.
pub(crate) fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

impl State {
    pub(crate) fn next_serial(&mut self) -> i64 {
        self.serial += 1;
        self.serial
    }

    /// `1800000000000001` and so on: ids of media, templates and numbers consist of digits.
    pub(crate) fn next_id(&mut self, base: i64) -> String {
        (base + self.next_serial()).to_string()
    }

    /// A message id: opaque to clients, it contains the user and a number. `mark` is 0x11 for messages of businesses
    /// and 0x12 for those of users.
    pub(crate) fn next_wamid(&mut self, user: &str, mark: u8) -> String {
        let serial = self.next_serial();
        let mut bytes = vec![0x1C, 0x18, u8::try_from(user.len()).unwrap_or(u8::MAX)];
        bytes.extend_from_slice(user.as_bytes());
        bytes.extend_from_slice(&[0x15, 0x02, 0x00, mark, 0x18, 0x14]);
        bytes.extend_from_slice(format!("{serial:020X}").as_bytes());
        bytes.push(0x00);
        format!("wamid.{}", STANDARD.encode(bytes))
    }

    /// The `fbtrace_id` of an answer.
    pub(crate) fn next_trace(&mut self) -> String {
        format!("A{:022X}", self.next_serial())
    }

    /// A token that begins with `EAA`.
    pub(crate) fn next_token(&mut self, kind: &str) -> String {
        let serial = self.next_serial();
        format!("EAAG{kind}{serial:08}ZD")
    }
}
