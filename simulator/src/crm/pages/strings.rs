//! All visible texts, in both languages.

mod chat;
mod chat_en;
mod chat_ru;
mod crm;
mod en;
mod ru;
mod trouble;

pub(crate) use chat::ChatWords;
pub(crate) use crm::CrmWords;
pub(crate) use trouble::TroubleWords;

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    Ru,
}

/// All texts of one language. `{…}` is filled in by [`fill`].
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) chats: &'static ChatWords,
    pub(crate) crm: &'static CrmWords,
    pub(crate) troubles: &'static TroubleWords,
    pub(crate) other_code: &'static str,
    pub(crate) other_name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) banner: &'static str,
    pub(crate) now_broken: &'static str,
    pub(crate) accounts: &'static str,
    pub(crate) no_accounts: &'static str,
    pub(crate) add_account: &'static str,
    pub(crate) host_label: &'static str,
    pub(crate) host_hint: &'static str,
    pub(crate) host_wrong: &'static str,
    pub(crate) manager_window: &'static str,
    pub(crate) customer_page: &'static str,
    pub(crate) consent_title: &'static str,
    pub(crate) consent: &'static str,
    pub(crate) consent_choose: &'static str,
    pub(crate) allow: &'static str,
    pub(crate) deny: &'static str,
    pub(crate) unknown_integration: &'static str,
    pub(crate) incoming: &'static str,
    pub(crate) chat: &'static str,
    pub(crate) log: &'static str,
    pub(crate) panes: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) choose_chat: &'static str,
    pub(crate) no_requests: &'static str,
    pub(crate) answer: &'static str,
    pub(crate) send: &'static str,
    pub(crate) not_sent: &'static str,
    pub(crate) unread: &'static str,
    pub(crate) sent: &'static str,
    pub(crate) delivered: &'static str,
    pub(crate) read: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) edited: &'static str,
    pub(crate) outside: &'static str,
    pub(crate) no_answer: &'static str,
    pub(crate) millis: &'static str,
    pub(crate) signature_bad: &'static str,
    pub(crate) all_accounts: &'static str,
    pub(crate) not_found: &'static str,
    pub(crate) back: &'static str,
    pub(crate) places: &'static str,
    pub(crate) leads: &'static str,
    pub(crate) pipelines: &'static str,
    pub(crate) marketplace: &'static str,
    pub(crate) break_page: &'static str,
    pub(crate) signed_in: &'static str,
    pub(crate) administrator: &'static str,
    pub(crate) manager: &'static str,
    pub(crate) switch_user: &'static str,
    pub(crate) only_admin: &'static str,
    pub(crate) consent_by: &'static str,
    pub(crate) consent_first_admin: &'static str,
    pub(crate) state_installed: &'static str,
    pub(crate) state_disabled: &'static str,
    pub(crate) state_new: &'static str,
    pub(crate) open_integration: &'static str,
    pub(crate) own_page: &'static str,
    pub(crate) no_widget: &'static str,
    pub(crate) archive_version: &'static str,
    pub(crate) upload: &'static str,
    pub(crate) upload_code: &'static str,
    pub(crate) upload_zip: &'static str,
    pub(crate) upload_do: &'static str,
    pub(crate) upload_scripts: &'static str,
    pub(crate) no_integrations: &'static str,
    pub(crate) widget_scripts: &'static str,
    pub(crate) do_install: &'static str,
    pub(crate) do_save: &'static str,
    pub(crate) do_disable: &'static str,
    pub(crate) callbacks: &'static str,
    pub(crate) widget_faults: &'static str,
    pub(crate) no_constructor: &'static str,
    pub(crate) missing_callbacks: &'static str,
    pub(crate) not_true: &'static str,
    pub(crate) no_on_save: &'static str,
    pub(crate) save_refused: &'static str,
    pub(crate) custom_dropped: &'static str,
    pub(crate) policy: &'static str,
    pub(crate) no_sources: &'static str,
    pub(crate) source_default: &'static str,
    pub(crate) source_by_crm: &'static str,
    pub(crate) source_delete: &'static str,
    pub(crate) source_delete_hint: &'static str,
    pub(crate) add_source: &'static str,
    pub(crate) add_source_none: &'static str,
    pub(crate) no_leads: &'static str,
    pub(crate) lead: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) email: &'static str,
    pub(crate) pipeline: &'static str,
    pub(crate) source: &'static str,
    pub(crate) chats_of: &'static str,
    pub(crate) open_chat: &'static str,
    pub(crate) widgets_of: &'static str,
    pub(crate) no_card_widgets: &'static str,
    pub(crate) break_all: &'static str,
    pub(crate) break_slow: &'static str,
    pub(crate) break_down: &'static str,
    pub(crate) break_account: &'static str,
    pub(crate) break_access: &'static str,
    pub(crate) break_integrations: &'static str,
    pub(crate) break_unpaid: &'static str,
    pub(crate) mend_unpaid: &'static str,
    pub(crate) now_unpaid: &'static str,
    pub(crate) break_blocked: &'static str,
    pub(crate) mend_blocked: &'static str,
    pub(crate) now_blocked: &'static str,
    pub(crate) break_page_code: &'static str,
    pub(crate) now_page: &'static str,
    pub(crate) break_too_many: &'static str,
    pub(crate) now_too_many: &'static str,
    pub(crate) mend_answers: &'static str,
    pub(crate) expire_access: &'static str,
    pub(crate) expire_refresh: &'static str,
    pub(crate) revoke_silently: &'static str,
    pub(crate) lose_installs: &'static str,
    pub(crate) keep_installs: &'static str,
    pub(crate) now_lose_installs: &'static str,
    pub(crate) claim_off: &'static str,
    pub(crate) claim_on: &'static str,
    pub(crate) now_no_claim: &'static str,
    pub(crate) single_source: &'static str,
    pub(crate) multiple_sources: &'static str,
    pub(crate) limit_label: &'static str,
    pub(crate) private_label: &'static str,
    pub(crate) rename_label: &'static str,
    pub(crate) apply: &'static str,
    pub(crate) done_fine: &'static str,
}

impl Language {
    /// The texts of this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::En => &en::WORDS,
            Self::Ru => &ru::WORDS,
        }
    }

    /// The requested language: `?lang=`, else the first supported one of `Accept-Language`.
    pub(crate) fn choose(asked: Option<&str>, accepted: &str) -> Self {
        match asked {
            Some("ru") => return Self::Ru,
            Some("en") => return Self::En,
            _ => {}
        }
        accepted
            .split(',')
            .find_map(|part| match part.trim().get(..2).map(str::to_ascii_lowercase).as_deref() {
                Some("ru") => Some(Self::Ru),
                Some("en") => Some(Self::En),
                _ => None,
            })
            .unwrap_or(Self::En)
    }
}

/// Replaces `{name}` by a value.
pub(crate) fn fill(text: &str, name: &str, value: &str) -> String {
    text.replace(&format!("{{{name}}}"), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_link_then_the_browser() {
        assert_eq!(Language::choose(Some("ru"), "en-GB"), Language::Ru);
        assert_eq!(Language::choose(None, "de, ru-RU;q=0.9, en;q=0.8"), Language::Ru);
        assert_eq!(Language::choose(None, "en-US,ru"), Language::En);
        assert_eq!(Language::choose(Some("xx"), ""), Language::En);
    }

    /// The placeholders of a text.
    fn gaps(text: &str) -> Vec<&str> {
        let mut gaps: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        gaps.sort_unstable();
        gaps
    }

    #[test]
    fn both_languages_ask_for_the_same_values() {
        let (en, ru) = (format!("{:#?}", en::WORDS), format!("{:#?}", ru::WORDS));
        for (en, ru) in en.lines().zip(ru.lines()) {
            assert_eq!(gaps(en), gaps(ru), "{en} / {ru}");
        }
    }

    #[test]
    fn a_value_takes_its_place() {
        assert_eq!(fill("Add {integration}", "integration", "main"), "Add main");
    }
}
