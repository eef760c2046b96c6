//! A call with a file: multipart, the file as a stream.

use futures_util::stream::BoxStream;
use reqwest::multipart::Form;
use serde_json::{Map, Value};

use crate::upload::{self, Piece, Whole};

/// A method's parameters and file.
pub struct MultipartRequest {
    pub parameters: Map<String, Value>,
    /// The name of the file's parameter: `photo`, `document`, …
    pub field: &'static str,
    pub file_name: String,
    /// Empty: detected by Telegram.
    pub mime_type: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

impl MultipartRequest {
    /// The form, and a flag that is set when its file was sent completely.
    pub(super) fn into_form(self) -> (Form, Whole) {
        let mut form = Form::new();
        for (name, value) in self.parameters {
            form = form.text(name, text(value));
        }
        let (part, whole) = upload::part(self.file_name, &self.mime_type, self.size, self.bytes);
        (form.part(self.field, part), whole)
    }
}

/// Texts are sent as they are; other values as JSON (telegram §1).
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
