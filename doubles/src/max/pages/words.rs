//! The words of the pages.

use actix_web::HttpRequest;
use actix_web::http::header;

/// All words in one language.
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
    other_name: "По-русски",
    banner: "A simulated MAX: nothing leaves this computer",
    chats: "Customers of MAX",
    back: "All customers",
    empty: "Nothing was written yet",
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
    location: "Place",
    contact: "My number",
    remove: "Delete",
};

const RU: Words = Words {
    code: "ru",
    other_code: "en",
    other_name: "In English",
    banner: "Имитация MAX: ничего не уходит с этого компьютера",
    chats: "Клиенты в MAX",
    back: "Все клиенты",
    empty: "Пока ничего не написано",
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
    location: "Место",
    contact: "Мой номер",
    remove: "Удалить",
};

/// The language of a link (`?lang=`), else of the browser.
pub(super) fn of(request: &HttpRequest) -> &'static Words {
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let query = request.query_string();
    let is_russian = match (query.contains("lang=ru"), query.contains("lang=en")) {
        (true, _) => true,
        (_, true) => false,
        _ => accepted.is_some_and(|accepted| accepted.starts_with("ru")),
    };
    if is_russian { &RU } else { &EN }
}
