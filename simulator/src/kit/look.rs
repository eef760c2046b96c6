//! How a messenger looks on the kit's pages, as data; and the words of the pages in two languages.

use super::act::Act;
use super::id::Id;

/// How a messenger looks, and what its phone offers beside the kinds of content that have a button.
pub struct Look {
    /// Its name: `MAX`.
    pub title: &'static str,
    /// The class of its pages, which chooses their colour.
    pub class: &'static str,
    /// Milliseconds for which typing is shown.
    pub typing: i64,
    pub silent: &'static [&'static str],
    /// The person must start the line first.
    pub starts: bool,
    /// The phone offers to edit and to remove own messages.
    pub edits: bool,
    pub removes: bool,
    /// Reactions that the phone offers.
    pub emoji: &'static [&'static str],
    /// Opening the phone reads the dialog.
    pub reads: bool,
    /// Further acts of the phone, without fields: the act and the key of its text.
    pub acts: &'static [(&'static str, &'static str)],
    /// The act by which the business writes in the messenger's own application; the phone has an input for it.
    pub owner: Option<&'static str>,
    /// Pages that only this messenger has: the path and the key of the text.
    pub pages: &'static [(&'static str, &'static str)],
    /// Further buttons of the page with faults: the key of the text, and the body of `POST /faults`, in which
    /// `{line}` stands for each line.
    pub troubles: &'static [(&'static str, &'static str)],
    /// `words.tsv`: a key, English, Russian.
    pub words: &'static str,
}

/// Nothing beside a name; for `Look { title: "MAX", ..PLAIN }`.
pub const PLAIN: Look = Look {
    title: "",
    class: "",
    typing: 5_000,
    silent: &[],
    starts: false,
    edits: false,
    removes: false,
    emoji: &[],
    reads: false,
    acts: &[],
    owner: None,
    pages: &[],
    troubles: &[],
    words: "",
};

/// The phone of one person at one place.
#[derive(Clone, Debug)]
pub struct Visit {
    pub who: i64,
    /// The end of its address.
    pub place: String,
    pub person: String,
    /// The name of the line, or of what is talked about.
    pub title: String,
    pub about: String,
    /// The beginning of every act from this phone: the person and the place.
    pub act: Act,
    /// `None` before the first message.
    pub dialog: Option<Id>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    En,
    Ru,
}

impl Language {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::En => Self::Ru,
            Self::Ru => Self::En,
        }
    }

    /// The requested language: `?lang=`, else the first supported one of `Accept-Language`.
    pub(crate) fn choose(asked: Option<&str>, accepted: &str) -> Self {
        let named = |code: &str| match code.to_ascii_lowercase().as_str() {
            "ru" => Some(Self::Ru),
            "en" => Some(Self::En),
            _ => None,
        };
        let wanted = accepted.split(',').find_map(|part| named(part.trim().get(..2)?));
        asked.and_then(named).or(wanted).unwrap_or(Self::En)
    }
}

/// The texts of a messenger's pages in one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    pub language: Language,
    pub(crate) own: &'static str,
}

impl Words {
    /// The text of a key: the messenger's own, else the kit's, else the key.
    pub fn get(&self, key: &'static str) -> &'static str {
        let mut both = self.own.lines().chain(include_str!("words.tsv").lines());
        let texts = both.find_map(|line| line.strip_prefix(key)?.strip_prefix('\t')?.split_once('\t'));
        texts.map_or(key, |(en, ru)| if self.language == Language::En { en } else { ru })
    }

    /// What a right of an application means, or nothing.
    pub fn right(&self, scope: &str) -> &'static str {
        let mut lines = self.own.lines().filter_map(|line| line.strip_prefix("right:")?.split_once('\t'));
        let texts = lines.find_map(|(known, texts)| (known == scope).then(|| texts.split_once('\t')).flatten());
        texts.map_or("", |(en, ru)| if self.language == Language::En { en } else { ru })
    }

    /// The same with `{what}` replaced.
    pub fn fill(&self, key: &'static str, what: &str) -> String {
        self.get(key).replace("{what}", what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_follows_the_link_then_the_browser() {
        assert_eq!(Language::choose(Some("ru"), "en-GB"), Language::Ru);
        assert_eq!(Language::choose(None, "de, ru-RU;q=0.9, en;q=0.8"), Language::Ru);
        assert_eq!(Language::choose(Some("xx"), ""), Language::En);
    }

    #[test]
    fn own_words_come_first_and_both_languages_have_the_same_gaps() {
        let words = Words { language: Language::Ru, own: "stop\tStop the bot\tОстановить бота" };
        assert_eq!((words.get("stop"), words.get("send"), words.get("sen")), ("Остановить бота", "Отправить", "sen"));
        let (avito, crm) = (include_str!("../avito/words.tsv"), include_str!("../crm/pages/words.tsv"));
        let (telegram, whatsapp) = (include_str!("../telegram/words.tsv"), include_str!("../whatsapp/words.tsv"));
        let (mail, webhooks) = (include_str!("../mail/words.tsv"), include_str!("../webhooks/words.tsv"));
        for line in [include_str!("words.tsv"), avito, crm, telegram, whatsapp, mail, webhooks]
            .iter()
            .flat_map(|words| words.lines())
        {
            let [_, en, ru] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("a key and two texts: {line}") };
            for gap in ["{what}", "{more}", "{text}"] {
                assert_eq!(en.contains(gap), ru.contains(gap), "{line}");
            }
        }
    }
}
