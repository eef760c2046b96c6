//! The texts of the pages.

use crate::kit::{Bilingual, Language};

/// All texts in one language.
pub(super) struct Words {
    pub(super) code: &'static str,
    pub(super) other_code: &'static str,
    pub(super) other_name: &'static str,
    pub(super) banner: &'static str,
    pub(super) chats: &'static str,
    pub(super) back: &'static str,
    pub(super) empty: &'static str,
    pub(super) write: &'static str,
    pub(super) send: &'static str,
    pub(super) start: &'static str,
    pub(super) stop: &'static str,
    pub(super) typing: &'static str,
    pub(super) edited: &'static str,
    pub(super) image: &'static str,
    pub(super) video: &'static str,
    pub(super) audio: &'static str,
    pub(super) file: &'static str,
    pub(super) sticker: &'static str,
    pub(super) location: &'static str,
    pub(super) contact: &'static str,
    pub(super) remove: &'static str,
}

const EN: Words = Words {
    code: "en",
    other_code: "ru",
    other_name: "Русский",
    banner: "Simulated MAX: nothing leaves this computer",
    chats: "Customers in MAX",
    back: "All customers",
    empty: "No messages yet.",
    write: "Message",
    send: "Send",
    start: "Start",
    stop: "Stop the bot",
    typing: "is typing…",
    edited: "edited",
    image: "Picture",
    video: "Video",
    audio: "Audio",
    file: "File",
    sticker: "Sticker",
    location: "Location",
    contact: "My number",
    remove: "Delete",
};

const RU: Words = Words {
    code: "ru",
    other_code: "en",
    other_name: "English",
    banner: "Имитация MAX: ничего не уходит с этого компьютера",
    chats: "Клиенты в MAX",
    back: "Все клиенты",
    empty: "Сообщений пока нет.",
    write: "Сообщение",
    send: "Отправить",
    start: "Начать",
    stop: "Остановить бота",
    typing: "печатает…",
    edited: "изменено",
    image: "Картинка",
    video: "Видео",
    audio: "Аудио",
    file: "Файл",
    sticker: "Стикер",
    location: "Место на карте",
    contact: "Мой номер",
    remove: "Удалить",
};

impl Bilingual for Words {
    fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &EN,
            Language::Ru => &RU,
        }
    }
}
