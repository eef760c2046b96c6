//! A call with a file: multipart, the file as a stream in `filedata` (instagram-and-facebook §13).

use futures_util::stream::BoxStream;
use reqwest::multipart::Form;
use serde_json::{Map, Value};

use crate::upload::{self, Piece, Whole};

/// The parameters and the file of a call.
pub(super) struct Upload {
    pub parameters: Map<String, Value>,
    pub file_name: String,
    pub mime_type: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

impl Upload {
    /// The form, and a flag that is set when its file was sent completely.
    pub fn into_form(self) -> (Form, Whole) {
        let mut form = Form::new();
        for (name, value) in self.parameters {
            let text = match value {
                Value::String(text) => text,
                other => other.to_string(),
            };
            form = form.text(name, text);
        }
        let (part, whole) = upload::part(self.file_name, &self.mime_type, self.size, self.bytes);
        (form.part("filedata", part), whole)
    }
}
