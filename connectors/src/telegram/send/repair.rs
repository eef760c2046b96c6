//! Changes a draft as the error catalog prescribes for a refusal.

use base::message::Content;

use super::SendContext;
use super::draft::{MessageDraft, Shape};
use super::file::FileForm;
use crate::error_catalog::Fix;
use crate::fit::{lines, split};
use crate::telegram::abilities::TEXT;
use crate::telegram::api::ApiError;
use crate::{Length, Message};

impl MessageDraft {
    /// False if this change does not apply.
    pub fn change(&mut self, line: &SendContext<'_>, message: &Message, fix: Fix, failed: Option<&ApiError>) -> bool {
        match fix {
            Fix::NewChat => self.move_to(failed),
            Fix::NoTopic => std::mem::take(&mut self.topic),
            Fix::NoQuote => self.quote.take().is_some(),
            Fix::Shorter => self.shorten(),
            Fix::CaptionApart => self.take_caption_out(),
            Fix::Bytes => self.link(line, message),
            Fix::Document => self.become_form(FileForm::Document),
            Fix::Audio => self.become_form(FileForm::Audio),
            Fix::ButtonsAsText => {
                let Some(markup) = message.markup.as_ref().filter(|_| self.keyboard.take().is_some()) else {
                    return false;
                };
                self.surround(Vec::new(), vec![lines::markup(markup)]);
                true
            }
            // Texts are already sent without formatting and files one by one; there are no templates.
            Fix::Plain | Fix::OneByOne | Fix::OneLine => false,
        }
    }

    /// Message ids of the old chat are invalid in the new one. Later attempts are made in the new one, which is stored.
    fn move_to(&mut self, failed: Option<&ApiError>) -> bool {
        let Some(ApiError::Refused { migrate_to: Some(chat), .. }) = failed else { return false };
        self.place = self.place.moved(*chat);
        self.quote = None;
        true
    }

    /// Telegram counts differently: half of the assumed limit is certainly short enough.
    fn shorten(&mut self) -> bool {
        let Shape::Text(text) = &mut self.shape else { return false };
        let half = Length { most: TEXT.most / 2, ..TEXT };
        let mut parts = split(text, half).into_iter();
        let Some(first) = parts.next() else { return false };
        *text = first;
        let parts: Vec<String> = parts.collect();
        let changed = !parts.is_empty();
        self.more.splice(0..0, parts);
        changed
    }

    /// Makes the caption a separate message; false if there is none.
    pub fn take_caption_out(&mut self) -> bool {
        let Shape::File { caption, .. } = &mut self.shape else { return false };
        let caption = std::mem::take(caption);
        let changed = !caption.is_empty();
        if changed {
            self.more.insert(0, caption);
        }
        changed
    }

    fn become_form(&mut self, wanted: FileForm) -> bool {
        let Shape::File { form, .. } = &mut self.shape else { return false };
        std::mem::replace(form, wanted) != wanted
    }

    /// Replaces a file that cannot be sent in any other way by its link.
    fn link(&mut self, line: &SendContext<'_>, message: &Message) -> bool {
        let Shape::File { media, caption, .. } = &self.shape else { return false };
        let mut content = message.content.clone();
        let Some(file) = content.media_mut() else { return false };
        (*file).clone_from(media.as_ref());
        file.text = Some(caption.clone()).filter(|caption| !caption.is_empty());
        self.shape = Shape::Text(as_text(line, &content));
        true
    }
}

fn as_text(line: &SendContext<'_>, content: &Content) -> String {
    lines::content(line.outgoing.words, content)
}
