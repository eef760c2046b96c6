//! The words of the page in the two languages that it speaks.

use serde::Serialize;

/// The visitor's language: what their browser prefers of those that we have, English otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    En,
    Ru,
}

impl Language {
    /// By `Accept-Language`.
    pub fn preferred(accept: &str) -> Self {
        let mut best = (0, Self::En);
        for item in accept.split(',') {
            let mut parts = item.split(';');
            let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let language = match tag.split('-').next() {
                Some("ru") => Self::Ru,
                Some("en") => Self::En,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=").map(thousandths)).unwrap_or(1000);
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The words of this language.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &EN,
            Self::Ru => &RU,
        }
    }
}

fn thousandths(quality: &str) -> u32 {
    let (whole, part) = quality.trim().split_once('.').unwrap_or((quality.trim(), "0"));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    whole.parse::<u32>().unwrap_or(0).min(1) * 1000 + part.parse::<u32>().unwrap_or(0)
}

/// Forms of a sentence with a count `{n}`, by CLDR's names; a language uses those that it has.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Counted {
    one: &'static str,
    few: &'static str,
    many: &'static str,
    other: &'static str,
}

/// What the page says.
#[derive(Debug)]
pub struct Words {
    pub language: &'static str,
    pub title: &'static str,
    pub greeting: &'static str,
    pub conversation: &'static str,
    pub message: &'static str,
    pub send: &'static str,
    pub you: &'static str,
    pub employee: &'static str,
    /// How managers see who told no name.
    pub visitor: &'static str,
    pub no_script: &'static str,
    pub refresh: &'static str,
    pub empty: &'static str,
    pub too_long: &'static str,
    pub conflict: &'static str,
    pub closed: &'static str,
    pub cookies: &'static str,
    pub script: ScriptWords,
}

/// What the script says.
#[derive(Debug, Serialize)]
pub struct ScriptWords {
    pub language: &'static str,
    pub you: &'static str,
    pub employee: &'static str,
    pub sending: &'static str,
    pub sent: &'static str,
    pub failed: &'static str,
    pub again: &'static str,
    pub offline: &'static str,
    pub connecting: &'static str,
    pub connected: &'static str,
    pub unsent: Counted,
    pub fresh: Counted,
    pub too_fast: Counted,
    pub closed: &'static str,
    pub cookies: &'static str,
}

impl Words {
    /// "Too many messages at once. Wait … seconds."
    pub fn wait(&self, seconds: i64) -> String {
        let forms = &self.script.too_fast;
        let (tens, units) = (seconds % 100, seconds % 10);
        let form = match (self.language, units) {
            ("en", _) => [forms.other, forms.one][usize::from(seconds == 1)],
            (_, 1) if tens != 11 => forms.one,
            (_, 2..=4) if !(12..=14).contains(&tens) => forms.few,
            _ => forms.many,
        };
        form.replace("{n}", &seconds.to_string())
    }
}

const EN: Words = Words {
    language: "en",
    title: "Write to us",
    greeting: "Hello! Write your question, an employee will answer here.",
    conversation: "Conversation",
    message: "Your message",
    send: "Send",
    you: "You",
    employee: "Employee",
    visitor: "Site visitor",
    no_script: "Live answers need scripts. Without them press “Refresh” to see the answer.",
    refresh: "Refresh",
    empty: "Not sent: the message is empty.",
    too_long: "Not sent: the message is longer than 4096 characters. Send it in parts.",
    conflict: "Not sent yet: this page was an old one. Press “Send” once more.",
    closed: "This chat is closed. Use the other contacts on the site.",
    cookies: "This chat needs a cookie to know you again. Allow cookies for this page and reload it.",
    script: ScriptWords {
        language: "en",
        you: "You",
        employee: "Employee",
        sending: "Sending…",
        sent: "Sent",
        failed: "Not sent",
        again: "Send again",
        offline: "No internet. Keep writing: the messages will leave when the connection is back.",
        connecting: "Connecting…",
        connected: "Connected again",
        unsent: Counted {
            one: "{n} message waits for the connection",
            few: "{n} messages wait for the connection",
            many: "{n} messages wait for the connection",
            other: "{n} messages wait for the connection",
        },
        fresh: Counted {
            one: "{n} new message",
            few: "{n} new messages",
            many: "{n} new messages",
            other: "{n} new messages",
        },
        too_fast: Counted {
            one: "Too many messages at once. Wait {n} second.",
            few: "Too many messages at once. Wait {n} seconds.",
            many: "Too many messages at once. Wait {n} seconds.",
            other: "Too many messages at once. Wait {n} seconds.",
        },
        closed: "This chat is closed. Use the other contacts on the site.",
        cookies: "This chat needs a cookie to know you again. Allow cookies for this page and reload it.",
    },
};

const RU: Words = Words {
    language: "ru",
    title: "Напишите нам",
    greeting: "Здравствуйте! Напишите вопрос, сотрудник ответит здесь.",
    conversation: "Переписка",
    message: "Ваше сообщение",
    send: "Отправить",
    you: "Вы",
    employee: "Сотрудник",
    visitor: "Посетитель сайта",
    no_script: "Ответы появляются сами, если включены скрипты. Без них нажмите «Обновить».",
    refresh: "Обновить",
    empty: "Не отправлено: сообщение пустое.",
    too_long: "Не отправлено: сообщение длиннее 4096 знаков. Отправьте его частями.",
    conflict: "Ещё не отправлено: страница устарела. Нажмите «Отправить» ещё раз.",
    closed: "Этот чат закрыт. Воспользуйтесь другими контактами на сайте.",
    cookies: "Чату нужны cookie, чтобы узнать вас снова. Разрешите их для этой страницы и обновите её.",
    script: ScriptWords {
        language: "ru",
        you: "Вы",
        employee: "Сотрудник",
        sending: "Отправляется…",
        sent: "Отправлено",
        failed: "Не отправлено",
        again: "Отправить ещё раз",
        offline: "Нет интернета. Продолжайте писать: сообщения уйдут, когда связь появится.",
        connecting: "Соединяемся…",
        connected: "Связь восстановлена",
        unsent: Counted {
            one: "{n} сообщение ждёт связи",
            few: "{n} сообщения ждут связи",
            many: "{n} сообщений ждут связи",
            other: "{n} сообщения ждут связи",
        },
        fresh: Counted {
            one: "{n} новое сообщение",
            few: "{n} новых сообщения",
            many: "{n} новых сообщений",
            other: "{n} нового сообщения",
        },
        too_fast: Counted {
            one: "Слишком много сообщений сразу. Подождите {n} секунду.",
            few: "Слишком много сообщений сразу. Подождите {n} секунды.",
            many: "Слишком много сообщений сразу. Подождите {n} секунд.",
            other: "Слишком много сообщений сразу. Подождите {n} секунды.",
        },
        closed: "Этот чат закрыт. Воспользуйтесь другими контактами на сайте.",
        cookies: "Чату нужны cookie, чтобы узнать вас снова. Разрешите их для этой страницы и обновите её.",
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_language_that_we_speak() {
        for (accept, language) in [
            ("", Language::En),
            ("de, fr;q=0.9", Language::En),
            ("ru", Language::Ru),
            ("ru-RU,ru;q=0.9,en-US;q=0.8", Language::Ru),
            ("en-GB;q=0.5, ru;q=0.7", Language::Ru),
            ("de, en;q=0.5, ru;q=0.45", Language::En),
            ("ru;q=0", Language::En),
        ] {
            assert_eq!(Language::preferred(accept), language, "{accept}");
        }
    }

    #[test]
    fn seconds_are_counted_as_the_language_counts() {
        let ends = |seconds| Language::Ru.words().wait(seconds).rsplit(' ').next().unwrap_or_default().to_owned();
        assert_eq!(
            [1, 2, 5, 11, 12, 21, 22].map(ends),
            ["секунду.", "секунды.", "секунд.", "секунд.", "секунд.", "секунду.", "секунды."]
        );
        assert!(Language::En.words().wait(1).ends_with("Wait 1 second."));
        assert!(Language::En.words().wait(21).ends_with("Wait 21 seconds."));
    }
}
