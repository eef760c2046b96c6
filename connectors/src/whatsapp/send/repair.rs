//! Changes the next request as the error catalog prescribes for a refusal.

use base::message::Content;

use super::SendContext;
use super::draft::{MessageDraft, Request};
use super::file::FileForm;
use super::template;
use crate::Message;
use crate::error_catalog::Fix;
use crate::fit::lines;

impl MessageDraft {
    /// False if this change does not apply.
    pub fn change(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix) -> bool {
        match fix {
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Document => self.become_document(),
            Fix::Bytes => self.become_link(line, message),
            Fix::OneLine => match self.requests.front_mut() {
                Some(Request::Template { object, .. }) => template::flatten(object),
                _ => false,
            },
            Fix::NewChat
            | Fix::NoTopic
            | Fix::Shorter
            | Fix::CaptionApart
            | Fix::Plain
            | Fix::Audio
            | Fix::OneByOne
            | Fix::ButtonsAsText => false,
        }
    }

    /// A text that was to be a line above is sent separately: a document can have a caption, but so had the file.
    fn become_document(&mut self) -> bool {
        match self.requests.front_mut() {
            Some(Request::File { form, .. } | Request::Interactive { file: Some((form, _)), .. }) => {
                std::mem::replace(form, FileForm::Document) != FileForm::Document
            }
            _ => false,
        }
    }

    /// Replaces a file that cannot be sent in any other way by its link.
    fn become_link(&mut self, line: &SendContext<'_>, message: &Message) -> bool {
        let (media, caption) = match self.requests.front() {
            Some(Request::File { media, caption, .. }) => (media.clone(), caption.clone()),
            Some(Request::Interactive { message, file: Some((_, media)) }) => (media.clone(), message.body.clone()),
            _ => return false,
        };
        let mut content: Content = message.content.clone();
        let Some(file) = content.media_mut() else { return false };
        (*file).clone_from(&media);
        let buttons = match self.requests.front_mut() {
            Some(Request::Interactive { message, file }) => {
                *file = None;
                file_text(&mut content, None);
                Some(message.clone())
            }
            _ => {
                file_text(&mut content, Some(caption).filter(|caption| !caption.is_empty()));
                None
            }
        };
        let link = Request::Text(lines::content(line.outgoing.words, &content));
        if buttons.is_none() {
            self.requests.pop_front();
        }
        self.requests.push_front(link);
        true
    }
}

fn file_text(content: &mut Content, text: Option<String>) {
    if let Some(file) = content.media_mut() {
        file.text = text;
    }
}
