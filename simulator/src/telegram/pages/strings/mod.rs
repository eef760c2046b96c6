//! All visible texts, in both languages.

mod en;
mod ru;

pub(crate) use crate::old::fill;
use crate::old::{Bilingual, Language};

/// All texts of one language. `{…}` is filled in by [`fill`].
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) other_code: &'static str,
    pub(crate) other_name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) banner: &'static str,
    pub(crate) chats: &'static str,
    pub(crate) no_customers: &'static str,
    pub(crate) with_bot: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) back: &'static str,
    pub(crate) troubles: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) write: &'static str,
    pub(crate) send: &'static str,
    pub(crate) start: &'static str,
    pub(crate) more: &'static str,
    pub(crate) block: &'static str,
    pub(crate) unblock: &'static str,
    pub(crate) is_blocked: &'static str,
    pub(crate) attach: &'static str,
    pub(crate) emoji: &'static str,
    pub(crate) from_device: &'static str,
    pub(crate) sample: &'static str,
    pub(crate) picture: &'static str,
    pub(crate) video: &'static str,
    pub(crate) round_video: &'static str,
    pub(crate) gif: &'static str,
    pub(crate) voice: &'static str,
    pub(crate) audio: &'static str,
    pub(crate) document: &'static str,
    pub(crate) sticker: &'static str,
    pub(crate) album: &'static str,
    pub(crate) live_photo: &'static str,
    pub(crate) location: &'static str,
    pub(crate) on_map: &'static str,
    pub(crate) live: &'static str,
    pub(crate) latitude: &'static str,
    pub(crate) longitude: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) own_contact: &'static str,
    pub(crate) name: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) poll: &'static str,
    pub(crate) dice: &'static str,
    pub(crate) story: &'static str,
    pub(crate) paid_media: &'static str,
    pub(crate) checklist: &'static str,
    pub(crate) unknown_kind: &'static str,
    pub(crate) file_without_name: &'static str,
    pub(crate) acts: &'static str,
    pub(crate) reply: &'static str,
    pub(crate) edit: &'static str,
    pub(crate) react: &'static str,
    pub(crate) take_back: &'static str,
    pub(crate) replying: &'static str,
    pub(crate) editing: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) edited: &'static str,
    pub(crate) forwarded: &'static str,
    pub(crate) typing: &'static str,
    pub(crate) sending: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) buttons: &'static str,
    pub(crate) keyboard: &'static str,
    pub(crate) notice: &'static str,
    pub(crate) now_broken: &'static str,
    pub(crate) nothing_broken: &'static str,
    pub(crate) mend: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) updates: &'static str,
    pub(crate) bot: &'static str,
    pub(crate) too_many: &'static str,
    pub(crate) server_error: &'static str,
    pub(crate) html_page: &'static str,
    pub(crate) slow: &'static str,
    pub(crate) reset_before: &'static str,
    pub(crate) reset_after: &'static str,
    pub(crate) doubled: &'static str,
    pub(crate) lost_answer: &'static str,
    pub(crate) late: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) hijack: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) renew: &'static str,
    pub(crate) token: &'static str,
    pub(crate) revoked: &'static str,
    pub(crate) rates_on: &'static str,
    pub(crate) rates_off: &'static str,
    pub(crate) webhook: &'static str,
    pub(crate) no_webhook: &'static str,
    pub(crate) pending: &'static str,
    pub(crate) last_error: &'static str,
}

impl Bilingual for Words {
    fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &en::WORDS,
            Language::Ru => &ru::WORDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_ask_for_the_same_values() {
        let gaps = |text: &str| text.matches("{w").count() + text.matches("{n").count() + text.matches("{b").count();
        let (en, ru) = (format!("{:#?}", en::WORDS), format!("{:#?}", ru::WORDS));
        for (en, ru) in en.lines().zip(ru.lines()) {
            assert_eq!(gaps(en), gaps(ru), "{en} / {ru}");
        }
    }
}
