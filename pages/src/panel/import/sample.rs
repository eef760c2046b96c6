//! Sample files to fill in, and the fields that they contain.

use actix_web::http::StatusCode;
use actix_web::http::header;
use base::i18n::{Sentence, Words};
use domain::import::NAMED;

use crate::panel::nothing_kept;
use crate::panel::{Answer, Member, Right};

const CSV: &str = "\
id,conversation.id,sender.role,sender.id,sender.name,sender.phone,receiver.id,sent_at,content.type,content.text,content.media_url
ext-1,chat-7,client,user-7,Anna,+79151112233,,2025-03-01T09:30:00Z,text,Hello,
ext-2,chat-7,manager,m-1,Olga,,user-7,2025-03-01T09:31:00Z,text,Good morning,
";

const LINES: &str = r#"{"id":"ext-1","conversation":{"id":"chat-7"},"sender":{"role":"client","id":"user-7","name":"Anna","phone":"+79151112233"},"sent_at":"2025-03-01T09:30:00Z","content":{"type":"text","text":"Hello"}}
{"id":"ext-2","conversation":{"id":"chat-7"},"sender":{"role":"manager","id":"m-1","name":"Olga"},"receiver":{"id":"user-7"},"sent_at":"2025-03-01T09:31:00Z","content":{"type":"text","text":"Good morning"}}
"#;

/// A column of the file.
pub(super) struct FileField {
    pub name: &'static str,
    pub means: Sentence,
    pub required: bool,
}

/// The sample's columns.
pub(super) fn fields(words: Words) -> Vec<FileField> {
    let header = CSV.lines().next().unwrap_or_default();
    let field = |name: &'static str| FileField {
        name,
        means: words.text_of("import-field-", name.replace(['.', '_'], "-")),
        required: NAMED.contains(&name),
    };
    header.split(',').map(field).collect()
}

/// `GET /panel/import/sample.csv`
pub(super) async fn csv(member: Member) -> Answer {
    file(&member, "text/csv; charset=utf-8", "sample.csv", CSV)
}

/// `GET /panel/import/sample.ndjson`
pub(super) async fn lines(member: Member) -> Answer {
    file(&member, "application/x-ndjson", "sample.ndjson", LINES)
}

fn file(member: &Member, kind: &'static str, name: &str, text: &'static str) -> Answer {
    member.require(Right::Import)?;
    let mut answer = nothing_kept(StatusCode::OK);
    answer.content_type(kind).insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    Ok(answer.body(text))
}
