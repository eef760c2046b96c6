//! All visible texts, in both languages.

use crate::old::{Bilingual, Language};

/// All texts of one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) other_code: &'static str,
    pub(super) other_name: &'static str,
    pub(super) title: &'static str,
    pub(super) banner: &'static str,
    pub(super) chats: &'static str,
    pub(super) back: &'static str,
    pub(super) messages: &'static str,
    pub(super) write: &'static str,
    pub(super) send: &'static str,
    pub(super) picture: &'static str,
    pub(super) voice: &'static str,
    pub(super) document: &'static str,
    pub(super) sticker: &'static str,
    pub(super) location: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
    pub(super) comment: &'static str,
    pub(super) typing: &'static str,
    pub(super) edited: &'static str,
    pub(super) on_map: &'static str,
    pub(super) reply: &'static str,
    pub(super) failed: &'static str,
}

const EN: Words = Words {
    code: "en",
    other_code: "ru",
    other_name: "Русский",
    title: "VK (simulated)",
    banner: "Simulated VK: nothing leaves this computer",
    chats: "Customers’ phones",
    back: "All phones",
    messages: "Messages",
    write: "Message",
    send: "Send",
    picture: "Picture",
    voice: "Voice message",
    document: "Document",
    sticker: "Sticker",
    location: "Location",
    allow: "Allow messages",
    deny: "Forbid messages",
    comment: "Comment on post 77",
    typing: "is typing…",
    edited: "edited",
    on_map: "Show on a map",
    reply: "Reply",
    failed: "Not sent:",
};

const RU: Words = Words {
    code: "ru",
    other_code: "en",
    other_name: "English",
    title: "ВКонтакте (имитация)",
    banner: "Имитация ВКонтакте: ничего не уходит с этого компьютера",
    chats: "Телефоны клиентов",
    back: "Все телефоны",
    messages: "Сообщения",
    write: "Сообщение",
    send: "Отправить",
    picture: "Картинка",
    voice: "Голосовое",
    document: "Документ",
    sticker: "Стикер",
    location: "Место на карте",
    allow: "Разрешить сообщения",
    deny: "Запретить сообщения",
    comment: "Комментарий к записи 77",
    typing: "печатает…",
    edited: "изменено",
    on_map: "На карте",
    reply: "Ответить",
    failed: "Не отправлено:",
};

impl Bilingual for Words {
    fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Ru => &RU,
        }
    }
}
