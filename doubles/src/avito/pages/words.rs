//! All visible texts, in both languages.

/// All texts of one language. `{…}` is filled in by [`fill`].
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) code: &'static str,
    pub(crate) other_code: &'static str,
    pub(crate) other_name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) banner: &'static str,
    pub(crate) phones: &'static str,
    pub(crate) nobody: &'static str,
    pub(crate) about: &'static str,
    pub(crate) profile: &'static str,
    pub(crate) back: &'static str,
    pub(crate) troubles: &'static str,
    pub(crate) messages: &'static str,
    pub(crate) empty: &'static str,
    pub(crate) write: &'static str,
    pub(crate) send: &'static str,
    pub(crate) attach: &'static str,
    pub(crate) from_device: &'static str,
    pub(crate) picture: &'static str,
    pub(crate) voice: &'static str,
    pub(crate) link: &'static str,
    pub(crate) advert: &'static str,
    pub(crate) location: &'static str,
    pub(crate) call: &'static str,
    pub(crate) file: &'static str,
    pub(crate) video: &'static str,
    pub(crate) bot: &'static str,
    pub(crate) take_back: &'static str,
    pub(crate) deleted: &'static str,
    pub(crate) read: &'static str,
    pub(crate) as_seller: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) now_broken: &'static str,
    pub(crate) nothing_broken: &'static str,
    pub(crate) mend: &'static str,
    pub(crate) calls: &'static str,
    pub(crate) posts: &'static str,
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
    pub(crate) hooks: &'static str,
    pub(crate) no_hooks: &'static str,
    pub(crate) level_off: &'static str,
    pub(crate) level_on: &'static str,
    pub(crate) revoke: &'static str,
    pub(crate) drop_hooks: &'static str,
}

static EN: Words = Words {
    code: "en",
    other_code: "ru",
    other_name: "Русский",
    title: "Avito (simulated)",
    banner: "Simulated Avito: nothing leaves this computer",
    phones: "Buyers’ phones",
    nobody: "There is nobody here yet.",
    about: "{who} asks about “{what}”",
    profile: "{who} writes to {what}",
    back: "All phones",
    troubles: "Break things",
    messages: "Messages",
    empty: "No messages yet. Ask the seller something.",
    write: "Message",
    send: "Send",
    attach: "Attach",
    from_device: "Picture from this device",
    picture: "Picture",
    voice: "Voice",
    link: "Link",
    advert: "Advert",
    location: "Place",
    call: "Missed call",
    file: "File",
    video: "Video",
    bot: "Avito’s bot",
    take_back: "Delete",
    deleted: "Deleted",
    read: "read",
    as_seller: "As the seller, in the app",
    refused: "Not sent: {what}",
    now_broken: "Broken now",
    nothing_broken: "Nothing is broken.",
    mend: "Mend everything",
    calls: "Calls of the API",
    posts: "Webhooks",
    too_many: "429 for the next three",
    server_error: "500 for the next",
    html_page: "A gateway’s page for the next",
    slow: "Ten seconds for the next",
    reset_before: "Cut before the next",
    reset_after: "Cut after the next",
    doubled: "Send the next twice",
    lost_answer: "Lose the next answer",
    late: "Send the next late",
    lost: "Lose the next",
    hooks: "Webhooks of {who}",
    no_hooks: "none",
    level_off: "End the subscription level",
    level_on: "Give the subscription level back",
    revoke: "Change the client secret",
    drop_hooks: "Remove the webhooks",
};

static RU: Words = Words {
    code: "ru",
    other_code: "en",
    other_name: "English",
    title: "Авито (имитация)",
    banner: "Имитация Авито: ничего не уходит с этого компьютера",
    phones: "Телефоны покупателей",
    nobody: "Здесь пока никого нет.",
    about: "{who} спрашивает про «{what}»",
    profile: "{who} пишет: {what}",
    back: "Все телефоны",
    troubles: "Сломать",
    messages: "Сообщения",
    empty: "Сообщений ещё нет. Спросите что-нибудь у продавца.",
    write: "Сообщение",
    send: "Отправить",
    attach: "Вложение",
    from_device: "Картинка с устройства",
    picture: "Картинка",
    voice: "Голос",
    link: "Ссылка",
    advert: "Объявление",
    location: "Место",
    call: "Пропущенный звонок",
    file: "Файл",
    video: "Видео",
    bot: "Бот Авито",
    take_back: "Удалить",
    deleted: "Удалено",
    read: "прочитано",
    as_seller: "За продавца, в приложении",
    refused: "Не отправлено: {what}",
    now_broken: "Сейчас сломано",
    nothing_broken: "Ничего не сломано.",
    mend: "Всё починить",
    calls: "Вызовы API",
    posts: "Вебхуки",
    too_many: "429 на три следующих",
    server_error: "500 на следующий",
    html_page: "Страница шлюза на следующий",
    slow: "Десять секунд на следующий",
    reset_before: "Обрыв до следующего",
    reset_after: "Обрыв после следующего",
    doubled: "Прислать следующий дважды",
    lost_answer: "Потерять следующий ответ",
    late: "Прислать следующий позже",
    lost: "Потерять следующий",
    hooks: "Вебхуки: {who}",
    no_hooks: "нет",
    level_off: "Закончить уровень подписки",
    level_on: "Вернуть уровень подписки",
    revoke: "Сменить client secret",
    drop_hooks: "Убрать вебхуки",
};

/// The requested language: `?lang=`, else the first supported one of `Accept-Language`.
pub(crate) fn choose(asked: Option<&str>, accepted: &str) -> &'static Words {
    let named = |code: &str| match code.to_ascii_lowercase().as_str() {
        "ru" => Some(&RU),
        "en" => Some(&EN),
        _ => None,
    };
    let wanted = accepted.split(',').find_map(|part| named(part.trim().get(..2)?));
    asked.and_then(named).or(wanted).unwrap_or(&EN)
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
        assert_eq!(choose(Some("ru"), "en-GB").code, "ru");
        assert_eq!(choose(None, "de, ru-RU;q=0.9, en;q=0.8").code, "ru");
        assert_eq!(choose(Some("xx"), "").code, "en");
    }

    #[test]
    fn both_languages_ask_for_the_same_values() {
        let gaps = |text: &str| text.matches("{w").count();
        let (en, ru) = (format!("{EN:#?}"), format!("{RU:#?}"));
        for (en, ru) in en.lines().zip(ru.lines()) {
            assert_eq!(gaps(en), gaps(ru), "{en} / {ru}");
        }
    }
}
