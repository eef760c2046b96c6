//! A file for an upload server: multipart, the file as a stream (vk §8).

use futures_util::stream::BoxStream;
use reqwest::multipart::Form;

use crate::upload::{self, Piece, Whole};

/// A file to be uploaded.
pub struct FileForm {
    /// `photo` or `file`.
    pub field: &'static str,
    /// VK recognises the kind by the extension.
    pub name: String,
    /// Exact number of bytes.
    pub size: u64,
    pub bytes: BoxStream<'static, Piece>,
}

impl FileForm {
    /// The form, and a flag that is set when its file was sent completely.
    pub fn into_form(self) -> (Form, Whole) {
        let (part, whole) = upload::part(self.name, "", self.size, self.bytes);
        (Form::new().part(self.field, part), whole)
    }
}
