use std::io::{Cursor, Write};

use tokio::sync::mpsc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::import::dump::Found;
use crate::import::dump::text::Opened;

const LINKS: &str = r#"<Relationships xmlns="r"><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="rId3" Type="x/styles" Target="styles.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="Hidden" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Chats" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy\ hh:mm"/><numFmt numFmtId="165" formatCode="0.00&quot; days&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>"#;
const TEXTS: &str = r#"<sst count="3" uniqueCount="999999999999999"><si><t>Дата</t></si><si><r><t>Anna &amp; </t></r><r><t xml:space="preserve">Bob&#33;</t></r><rPh><t>aid</t></rPh></si><si/></sst>"#;

/// An archive of these parts.
pub fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn book(sheet: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData>{sheet}</sheetData></worksheet>");
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/styles.xml", STYLES.as_bytes()),
        // As some programs name it.
        ("xl/SharedStrings.xml", TEXTS.as_bytes()),
        ("xl/worksheets/sheet1.xml", b"<worksheet/>"),
        ("xl/worksheets/sheet2.xml", sheet.as_bytes()),
    ])
}

fn rows(file: Vec<u8>) -> Result<Vec<(i64, Vec<String>)>> {
    let Opened::Workbook(files) = Opened::of(Box::new(Cursor::new(file)), 1)? else { panic!("no workbook") };
    let (to, mut from) = mpsc::channel(64);
    let mut sink = Sink { to, last: 0 };
    read(files, &mut sink)?;
    drop(sink);
    let mut rows = Vec::new();
    while let Some(found) = from.blocking_recv() {
        let Found::Row { line, cells } = found else { panic!("{found:?}") };
        rows.push((line, cells));
    }
    Ok(rows)
}

#[test]
fn cells_are_read_as_excel_shows_them() {
    let sheet = r#"
<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Text</t></is></c></row>
<row r="2"><c r="A2" t="s"><v>2</v></c></row>
<row r="4"><c r="A4" s="1"><v>45717.416666666664</v></c><c r="B4" t="s"><v>1</v></c><c r="C4"><f>A1</f><v>7.9151112233E10</v></c></row>
<row><c s="2"><v>45717</v></c><c s="4"><v>0.4166666666</v></c><c s="3"><v>1.5</v></c><c t="str"><f>x</f><v>a_x000D_
b</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c t="s"><v>77</v></c></row>
<row r="6"><c r="ZZZZZZZZZZZZ6"><v>1</v></c><c r="XFD6"><v>2</v></c></row>"#;
    let rows = rows(book(sheet)).unwrap();
    let wanted: [(i64, &[&str]); 3] = [
        (1, &["Дата", "", "Text"]),
        (4, &["2025-03-01 10:00:00", "Anna & Bob!", "79151112233"]),
        (5, &["2025-03-01", "10:00:00", "1.5", "a\nb", "1", "", ""]),
    ];
    let texts = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    assert_eq!(rows, wanted.map(|(line, cells)| (line, texts(cells))));
}

/// What a small file can ask for: memory for as many texts as it announces, a cell far away, a part or a text without end.
#[test]
fn bombs_are_refused() {
    let row = |cell: &str| format!("<row><c t=\"inlineStr\"><is><t>{cell}</t></is></c></row>");
    let far = format!("{}<row r=\"999999999\"><c r=\"XFD999999999\"><v>1</v></c></row>{}", row("a"), row("b"));
    assert_eq!(rows(book(&far)).unwrap().len(), 2, "cells in far columns are not read");
    let large = row(&"x".repeat(3 * 1024 * 1024));
    assert!(matches!(rows(book(&large)), Err(Error::TooLarge(_))), "a text of 3 MB");
    let shared = format!("<sst>{}</sst>", "<si><t/></si>".repeat(MOST_SHARED / EACH + 1));
    let bomb = archive(&[
        ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
    ]);
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    assert!(matches!(rows(bomb), Err(Error::TooLarge(MOST_SHARED))), "more texts than the memory may hold");
    let mut endless = Bounded { raw: std::io::repeat(b' '), left: 5, since: Rc::default() };
    let error = endless.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge, "a part without end");
}

#[test]
fn damaged_workbooks_are_refused() {
    let parts = |sheet: &str| {
        archive(&[
            ("xl/_rels/workbook.xml.rels", LINKS.as_bytes()),
            ("xl/workbook.xml", BOOK.as_bytes()),
            ("xl/worksheets/sheet2.xml", sheet.as_bytes()),
        ])
    };
    for file in [
        archive(&[("xl/workbook.xml", b"<workbook/>")]),
        archive(&[("xl/workbook.xml", BOOK.as_bytes()), ("xl/_rels/workbook.xml.rels", LINKS.as_bytes())]),
        parts("<worksheet><sheetData><row><c><v>1</c></row></sheetData></worksheet>"),
        parts("<worksheet><sheetData><row>"),
        parts(""),
    ] {
        assert!(matches!(rows(file), Err(Error::Invalid(_))));
    }
    let empty = rows(book("<row><c><v>1</v></c></row><row/>")).unwrap_err();
    assert_eq!(empty.first_text().key(), "said-import-empty");
    assert_eq!(number("60", true, NaiveDate::default()), "1970-03-02");
    for strange in ["-1", "1e300", "NaN", "inf", "x"] {
        assert_eq!(number(strange, true, NaiveDate::default()), if strange == "-1" { "-1" } else { strange });
    }
}
