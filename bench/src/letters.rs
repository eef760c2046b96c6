//! Numbered texts, by which both ends of a run recognise each other's messages.

const MARK: &[u8] = b"#no";

/// The text with a number.
pub fn text(number: usize) -> String {
    format!("Добрый день! #no{number}; заказ собран и ждёт вас в пункте выдачи.")
}

/// The number of the text in a body, in any encoding of the body.
pub fn number_in(body: &[u8]) -> Option<u32> {
    let start = body.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let digits = body.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number, digit| Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_number_is_found_again() {
        assert_eq!(number_in(text(1_592).as_bytes()), Some(1_592));
        assert_eq!(number_in(json!({"text": text(0)}).to_string().as_bytes()), Some(0));
        assert_eq!(number_in(b"#no"), None);
        assert_eq!(number_in(b"nothing"), None);
    }
}
