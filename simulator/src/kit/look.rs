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
    /// Activities that are not shown.
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
    /// Texts that only this messenger has.
    pub words: &'static [Word],
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
    words: &[],
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

/// A text: its key, English, Russian.
pub type Word = (&'static str, &'static str, &'static str);

/// The language of a page.
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
    pub(crate) own: &'static [Word],
}

impl Words {
    /// The text of a key: the messenger's own, else the kit's, else the key.
    pub fn get(&self, key: &'static str) -> &'static str {
        let mut both = self.own.iter().chain(WORDS);
        let found = both.find(|(known, ..)| *known == key);
        found.map_or(key, |(_, en, ru)| if self.language == Language::En { en } else { ru })
    }

    /// The same with `{what}` replaced.
    pub fn fill(&self, key: &'static str, what: &str) -> String {
        self.get(key).replace("{what}", what)
    }
}

const WORDS: &[Word] = &[
    (
        "banner",
        "Simulated {what}: nothing leaves this computer",
        "Имитация {what}: ничего не уходит с этого компьютера",
    ),
    ("chats", "Customers in {what}", "Клиенты в {what}"),
    ("back", "All customers", "Все клиенты"),
    ("nobody", "There is no customer yet.", "Клиентов пока нет."),
    ("empty", "No messages yet.", "Сообщений пока нет."),
    ("messages", "Messages", "Сообщения"),
    ("write", "Message", "Сообщение"),
    ("send", "Send", "Отправить"),
    ("as_owner", "Write as the business, in its own application", "Написать за компанию, в её приложении"),
    ("start", "Start", "Начать"),
    ("stop", "Stop", "Остановить"),
    ("block", "Block", "Заблокировать"),
    ("posts", "Posts", "Публикации"),
    ("comment", "Comment", "Комментировать"),
    ("keyboard", "Keys", "Клавиши"),
    ("unblock", "Unblock", "Разблокировать"),
    ("is_blocked", "You have blocked this chat.", "Вы заблокировали этот чат."),
    ("typing", "{what} is typing…", "{what} печатает…"),
    ("edited", "edited", "изменено"),
    ("removed", "deleted", "удалено"),
    ("forwarded", "Forwarded", "Переслано"),
    ("read", "read", "прочитано"),
    ("acts", "What can be done with the message", "Действия с сообщением"),
    ("attach", "Attach", "Прикрепить"),
    ("from_device", "From this device", "С этого устройства"),
    ("reply", "Reply", "Ответить"),
    ("edit", "Edit", "Изменить"),
    ("remove", "Delete", "Удалить"),
    ("react", "React with {what}", "Реакция {what}"),
    ("take_back", "Remove the reaction", "Убрать реакцию"),
    ("cancel", "Cancel", "Отмена"),
    ("buttons", "Buttons", "Кнопки"),
    ("on_map", "Open on a map", "Открыть на карте"),
    ("image", "Picture", "Картинка"),
    ("video", "Video", "Видео"),
    ("audio", "Audio", "Аудио"),
    ("voice", "Voice message", "Голосовое"),
    ("file", "File", "Файл"),
    ("sticker", "Sticker", "Стикер"),
    ("location", "Location", "Место на карте"),
    ("contact", "Contact", "Контакт"),
    ("own_contact", "My number", "Мой номер"),
    ("troubles", "Break something", "Сломать что-нибудь"),
    ("now_broken", "Broken now", "Сейчас сломано"),
    ("nothing_broken", "Nothing is broken.", "Ничего не сломано."),
    ("mend", "Mend everything", "Починить всё"),
    ("calls", "Calls of programs", "Вызовы программ"),
    ("hooks", "Webhooks", "Вебхуки"),
    ("lines", "Lines", "Линии"),
    ("too_many", "Refuse the next three calls: too many", "Отклонить три вызова: слишком часто"),
    ("html_page", "A gateway's page instead of an answer", "Страница шлюза вместо ответа"),
    ("slow", "Answer the next call after ten seconds", "Ответить на вызов через десять секунд"),
    ("reset_before", "Drop the next call", "Оборвать вызов до исполнения"),
    ("reset_after", "Execute the next call and drop its answer", "Исполнить вызов и потерять ответ"),
    ("doubled", "Send the next webhook twice", "Послать вебхук дважды"),
    ("lost_answer", "Lose the answer to the next webhook", "Потерять ответ на вебхук"),
    ("late", "Send the next webhook late", "Послать вебхук с опозданием"),
    ("lost", "Lose the next webhook", "Потерять вебхук"),
    ("revoke", "Revoke the token", "Отозвать токен"),
    ("not_found", "There is no such page.", "Такой страницы нет."),
];

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
        let words = Words { language: Language::Ru, own: &[("stop", "Stop the bot", "Остановить бота")] };
        assert_eq!((words.get("stop"), words.get("send")), ("Остановить бота", "Отправить"));
        for (key, en, ru) in WORDS {
            assert_eq!(en.contains("{what}"), ru.contains("{what}"), "{key}");
        }
    }
}
