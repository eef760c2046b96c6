//! Ids on the command line.

use uuid::Uuid;

/// Parses one of Parom's ids. The error shows what an id looks like instead of the parser's message.
pub fn id(text: &str) -> Result<Uuid, String> {
    let where_from = "the panel shows it on the page of the source, and lists of the command line in the first column";
    Uuid::try_parse(text).map_err(|_| format!("an id looks like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b; {where_from}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_wrong_id_shows_what_an_id_looks_like() {
        let message = id("abc").unwrap_err();
        assert!(message.contains("looks like 0190a1b2") && !message.contains("length"), "{message}");
        assert!(id("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b").is_ok());
    }
}
