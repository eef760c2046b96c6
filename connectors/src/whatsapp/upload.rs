//! A call with a file: multipart, the file as a stream.

use futures_util::stream::BoxStream;
use reqwest::multipart::Form;

use crate::upload::{self, Piece, Whole};

/// A file to be uploaded (whatsapp §10).
pub struct MultipartRequest {
    pub file_name: String,
    /// One of the types that Meta accepts.
    pub mime_type: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

impl MultipartRequest {
    /// The form, and a flag that is set when its file was sent completely.
    pub(super) fn into_form(self) -> (Form, Whole) {
        let (part, whole) = upload::part(self.file_name, &self.mime_type, self.size, self.bytes);
        let form = Form::new().text("messaging_product", "whatsapp").text("type", self.mime_type);
        (form.part("file", part), whole)
    }
}
