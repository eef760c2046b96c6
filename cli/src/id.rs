//! Ids on the command line.

use uuid::Uuid;

/// Parses one of Parom's ids. The error shows what an id looks like instead of the parser's message.
pub fn id(text: &str) -> Result<Uuid, String> {
    let where_from = "the panel shows it on the page of the source, and lists of the command line in the first column";
    Uuid::try_parse(text).map_err(|_| format!("an id looks like 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b; {where_from}"))
}

/// The error for an id that no source has. No command lists sources, so it names the page that shows the id.
pub fn no_source(id: Uuid) -> String {
    format!(
        "there is no source with the id {id}: the panel shows the id on the page of the source, and so does GET /api/v1/tenants/ID/sources"
    )
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
