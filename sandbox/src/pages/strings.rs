//! Every word a person sees, in both languages.

/// The language of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    En,
    Ru,
}

/// All visible words of one language. `{…}` is filled in by [`fill`].
pub(crate) struct Words {
    pub(crate) code: &'static str,
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
    pub(crate) install: &'static str,
    pub(crate) revoke: &'static str,
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
}

const EN: Words = Words {
    code: "en",
    other_code: "ru",
    other_name: "Русский",
    title: "Sandbox amoCRM",
    banner: "This is not amoCRM. Nothing leaves this machine.",
    now_broken: "Now broken: {what}",
    accounts: "Accounts",
    no_accounts: "No accounts yet. Add one below.",
    add_account: "Add account",
    host_label: "Host of the account",
    host_hint: "For example acme.amocrm.ru",
    host_wrong: "A host such as acme.amocrm.ru is needed: letters, digits, hyphens and dots.",
    manager_window: "Manager’s window",
    customer_page: "Customer’s page",
    install: "Install {integration}",
    revoke: "Revoke the access of {integration}",
    consent_title: "Access to an account",
    consent: "The account you choose will give {integration} access to its data.",
    consent_choose: "Account",
    allow: "Allow",
    deny: "Deny",
    unknown_integration: "No integration has this client_id.",
    incoming: "Incoming leads",
    chat: "Chat",
    log: "Requests",
    panes: "Parts of the window",
    empty: "No chats yet. Write from the customer’s page.",
    choose_chat: "Choose a chat to read and answer it.",
    no_requests: "No requests yet.",
    answer: "Your message",
    send: "Send",
    not_sent: "The message did not leave: {reason}",
    unread: "{count} new",
    sent: "Sent",
    delivered: "Delivered",
    read: "Read",
    failed: "Failed",
    edited: "edited",
    outside: "written outside amoCRM",
    no_answer: "no answer",
    millis: "ms",
    signature_bad: "Signature does not match",
    all_accounts: "All accounts",
    not_found: "There is nothing at this address.",
    back: "Back",
};

const RU: Words = Words {
    code: "ru",
    other_code: "en",
    other_name: "English",
    title: "Учебная amoCRM",
    banner: "Это не amoCRM. Отсюда ничего не уходит наружу.",
    now_broken: "Сейчас сломано: {what}",
    accounts: "Аккаунты",
    no_accounts: "Аккаунтов пока нет. Добавьте первый.",
    add_account: "Добавить аккаунт",
    host_label: "Адрес аккаунта",
    host_hint: "Например, acme.amocrm.ru",
    host_wrong: "Нужен адрес вида acme.amocrm.ru: латинские буквы, цифры, дефисы и точки.",
    manager_window: "Окно менеджера",
    customer_page: "Страница клиента",
    install: "Установить {integration}",
    revoke: "Отозвать доступ {integration}",
    consent_title: "Доступ к аккаунту",
    consent: "Выбранный аккаунт откроет {integration} доступ к своим данным.",
    consent_choose: "Аккаунт",
    allow: "Разрешить",
    deny: "Отказать",
    unknown_integration: "Интеграции с таким client_id нет.",
    incoming: "Неразобранное",
    chat: "Чат",
    log: "Запросы",
    panes: "Части окна",
    empty: "Чатов пока нет. Напишите со страницы клиента.",
    choose_chat: "Выберите чат, чтобы прочитать его и ответить.",
    no_requests: "Запросов пока нет.",
    answer: "Ваше сообщение",
    send: "Отправить",
    not_sent: "Сообщение не ушло: {reason}",
    unread: "новых: {count}",
    sent: "Отправлено",
    delivered: "Доставлено",
    read: "Прочитано",
    failed: "Не доставлено",
    edited: "изменено",
    outside: "написано вне amoCRM",
    no_answer: "нет ответа",
    millis: "мс",
    signature_bad: "Подпись не сошлась",
    all_accounts: "Все аккаунты",
    not_found: "По этому адресу ничего нет.",
    back: "Назад",
};

impl Language {
    /// The words of this language.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Ru => &RU,
        }
    }

    /// The wanted language: `?lang=` decides, else the first language of `Accept-Language` that we have.
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

/// Puts a value into the place of `{name}`.
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

    #[test]
    fn a_value_takes_its_place() {
        assert_eq!(fill("Install {integration}", "integration", "main"), "Install main");
    }
}
