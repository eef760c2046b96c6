//! The words of the installation pages, in the two languages of the product.

/// One language. `{name}` places are filled by [`fill`].
pub(super) struct Words {
    pub code: &'static str,
    pub unknown_title: &'static str,
    pub unknown: &'static str,
    pub choose_title: &'static str,
    pub choose: &'static str,
    pub start_again: &'static str,
    pub denied_title: &'static str,
    pub denied: &'static str,
    pub state_title: &'static str,
    pub state: &'static str,
    pub host_title: &'static str,
    pub host: &'static str,
    pub no_code_title: &'static str,
    pub no_code: &'static str,
    pub unclear_title: &'static str,
    pub unclear: &'static str,
    pub done_title: &'static str,
    pub done_access: &'static str,
    pub done_channel: &'static str,
    pub channel_refused: &'static str,
    pub awaiting: &'static str,
    pub close: &'static str,
    pub later_title: &'static str,
    pub later_channel: &'static str,
    pub later: &'static str,
    pub failed_title: &'static str,
    pub failed: &'static str,
    pub details: &'static str,
    pub to_account: &'static str,
}

const ENGLISH: Words = Words {
    code: "en",
    unknown_title: "There is no such integration",
    unknown: "This address names an integration that Parom does not have. Ask whoever gave you the address for the right one.",
    choose_title: "Connect Parom",
    choose: "Choose the integration that your account shall use.",
    start_again: "Start again",
    denied_title: "Access was not allowed",
    denied: "Nothing has changed in amoCRM. Only an administrator of the account can allow access.",
    state_title: "Start the connection again",
    state: "This window was opened more than 10 minutes ago, was used already, or belongs to another session. Nothing was connected.",
    host_title: "This is not an address of amoCRM",
    host: "The account’s address in this link is not one of amoCRM’s. Parom sent nothing there.",
    no_code_title: "The confirmation is missing",
    no_code: "amoCRM sends people here with a confirmation code. This address has none, so nothing was connected.",
    unclear_title: "Parom cannot tell which integration is meant",
    unclear: "The call from account {host} was kept for the operator of this service. Start again from the address that you were given.",
    done_title: "Account “{account}” is connected",
    done_access: "amoCRM gave access",
    done_channel: "The chat channel is connected",
    channel_refused: "amoCRM does not connect the chat channel to this account. Write to the support of this service.",
    awaiting: "Open the widget in amoCRM and sign in: until then the chat channel is not connected and no messages go.",
    close: "You can close this page.",
    later_title: "Parom is finishing the set-up",
    later_channel: "Access is given, but amoCRM does not connect the channel. Parom repeats the attempt; you can close this page.",
    later: "amoCRM does not answer as it should. Parom repeats the attempt by itself for 20 minutes; you can close this page.",
    failed_title: "The account is not connected",
    failed: "amoCRM did not accept the confirmation. It lives 20 minutes and can be used once. Start again.",
    details: "Details",
    to_account: "Go to the account",
};

const RUSSIAN: Words = Words {
    code: "ru",
    unknown_title: "Такой интеграции нет",
    unknown: "В адресе названа интеграция, которой у Парома нет. Спросите верный адрес у того, кто его дал.",
    choose_title: "Подключение Парома",
    choose: "Выберите интеграцию, через которую подключается ваш аккаунт.",
    start_again: "Начать заново",
    denied_title: "Доступ не разрешён",
    denied: "В amoCRM ничего не изменилось. Разрешить доступ может только администратор аккаунта.",
    state_title: "Начните подключение заново",
    state: "Это окно открыто больше 10 минут назад, уже использовано или относится к другому сеансу. Ничего не подключено.",
    host_title: "Это не адрес amoCRM",
    host: "Адрес аккаунта в этой ссылке не похож на адрес amoCRM. Паром ничего туда не отправил.",
    no_code_title: "Нет подтверждения",
    no_code: "amoCRM направляет сюда с кодом подтверждения. В этом адресе его нет, поэтому ничего не подключено.",
    unclear_title: "Непонятно, о какой интеграции речь",
    unclear: "Вызов аккаунта {host} сохранён для владельца этого сервиса. Начните заново с адреса, который вам дали.",
    done_title: "Аккаунт «{account}» подключён",
    done_access: "Доступ из amoCRM получен",
    done_channel: "Канал чатов подключён",
    channel_refused: "amoCRM не подключает канал чатов к этому аккаунту. Напишите в поддержку этого сервиса.",
    awaiting: "Откройте виджет в amoCRM и войдите: до этого канал чатов не подключён и сообщения не ходят.",
    close: "Эту страницу можно закрыть.",
    later_title: "Паром заканчивает настройку",
    later_channel: "Доступ есть, но amoCRM не подключает канал. Паром повторяет попытку, страницу можно закрыть.",
    later: "amoCRM отвечает не так, как должна. Паром сам повторяет попытку 20 минут, страницу можно закрыть.",
    failed_title: "Аккаунт не подключён",
    failed: "amoCRM не приняла подтверждение. Оно действует 20 минут и только один раз. Начните заново.",
    details: "Подробности",
    to_account: "Перейти в аккаунт",
};

/// The first of the two languages that the browser names, Russian for its close neighbours too; else English.
pub(super) fn of_accept_language(header: &str) -> &'static Words {
    let known = header.split(',').find_map(|part| {
        let language = part.split(';').next().unwrap_or_default().trim();
        match language.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "ru" | "be" | "kk" | "uk" => Some(&RUSSIAN),
            "en" => Some(&ENGLISH),
            _ => None,
        }
    });
    known.unwrap_or(&ENGLISH)
}

/// Puts values into the `{name}` places of a text.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browsers_first_known_language_wins() {
        for (header, code) in [
            ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
            ("en-GB,ru;q=0.5", "en"),
            ("de-DE, ru;q=0.5", "ru"),
            ("de", "en"),
            ("", "en"),
        ] {
            assert_eq!(of_accept_language(header).code, code, "{header}");
        }
    }

    #[test]
    fn places_are_filled() {
        assert_eq!(fill(ENGLISH.done_title, &[("account", "Shop")]), "Account “Shop” is connected");
        assert_eq!(fill(RUSSIAN.unclear, &[("host", "a.amocrm.ru")]).matches('{').count(), 0);
    }
}
