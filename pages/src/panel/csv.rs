//! CSV for spreadsheets: with a byte order mark, and without cells that would be evaluated as formulas.

use actix_web::HttpResponseBuilder;
use actix_web::http::{StatusCode, header};

use super::nothing_kept;

/// The header line, after the byte order mark by which spreadsheets recognise UTF-8.
pub fn head(columns: &[&str]) -> String {
    format!("\u{feff}{}\r\n", columns.join(","))
}

/// One row.
pub fn line<const COLUMNS: usize>(cells: [String; COLUMNS]) -> String {
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

/// A response that browsers save under this name.
pub fn file(name: &str) -> HttpResponseBuilder {
    let mut answer = nothing_kept(StatusCode::OK);
    answer
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    answer
}

/// An escaped cell. Text that a spreadsheet would evaluate as a formula gets an apostrophe in front; a phone number, a plus
/// before nothing but digits, is none.
fn quoted(cell: &str) -> String {
    let formula = cell.trim_start_matches([' ', '\u{feff}']).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|']);
    let digits = cell.strip_prefix('+').unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let formula = formula && !is_number;
    let guard = if formula { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted() {
        for attack in [
            "=1+1", "+7*2", "+7+1", "+", "++7", "+7 ", " +7", "+A1", "-2", "-1", "@SUM(A1)", "\tx", "\t=1", "\r=1",
            "\n=1", " =1", "|cmd",
        ] {
            assert!(quoted(attack).starts_with("\"'"), "{attack:?}");
        }
        let harmless = line(["Anna \"A\", Ltd".to_owned(), String::new()]);
        assert_eq!(quoted("+77010009900"), "\"+77010009900\"");
        assert_eq!(quoted("a \"b\", c"), "\"a \"\"b\"\", c\"");
        assert_eq!(harmless, "\"Anna \"\"A\"\", Ltd\",\"\"\r\n");
    }
}
