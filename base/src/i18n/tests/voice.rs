//! No text uses a word that the glossary forbids: each thing and role has one name.

use std::collections::BTreeSet;

use super::{Language, texts};

/// Whole words. Words that are correct names of something else (lead, line, client, user, task …) are left to
/// reviewers.
const ENGLISH: &str = "app add-on plugin plugins workspace inbox inboxes dialog dialogs dialogue thread threads conversation \
    conversations sms dead-letter dlq hop hops creds oauth reauth reauthorise authorisation authorization retry \
    retries resend hook hooks callback endpoint endpoints backfill migration migrations dry-run dashboard cabinet \
    superadmin subscriber agent agents operator operators capability capabilities reconciliation provider transport \
    alarm alarms told tells stands carries carry anew deactivate please sorry oops \
    successfully unfortunately invalid illegal submit";

/// Prefixes, so that every inflected form is found; a dot ends a word that has harmless longer ones.
const RUSSIAN: &str = "плагин модул портал кабинет тенант скоуп инбокс коннектор провайдер соцсет \
    диалог бесед переписк смс месседж сверк баланс хоп узел узл ретра переотпр ресенд заморо деактивир кред авториз \
    переавториз хук колбэк эндпоинт ивент миграц бэкфилл драй-ран алерт аларм хелс дашборд песочниц стенд вендор \
    суперадмин поставщик абонент лид. лида. лиды. лидов. лиду. лидом. оператор агент админ. юзер логи. исполнител стади склеи \
    смердж смержи \
    пожалуйста извините простите успешно увы ошибочн некорректн недопустим неверн систем кол-во шт. домен поддомен";

/// Whole words, of Spain, and what a messenger is not called in America.
const SPANISH: &str = "pulsa pulse pulsar pulsó mensajero mensajeros mensajerías ordenador añade añadir vosotros";

const PORTUGUESE: &str = "mensageiro mensageiros fornecedor tens carrega carregue ecrã utilizador";

/// Allowed uses: the word, the prefix of the key, and why.
const RIGHT: &[(&str, &str, &str)] = &[
    ("app", "sign-in-code-", "the authenticator is an app"),
    ("app", "two-step-", "the authenticator is an app"),
    ("app", "wizard-wa-", "Meta's word for what is made there"),
    ("app", "wizard-fb-", "Meta's word for what is made there"),
    ("app", "wizard-ig-", "Meta's word for what is made there"),
    ("app", "wizard-meta-", "Meta's word for what is made there"),
    ("app", "shadow-note-whatsapp", "Meta's word for what is made there"),
    ("app", "said-shadow-replaces", "Meta's word for what is made there"),
    ("app", "said-meta-", "Meta's word for what is made there"),
    ("app", "passport-facebook-", "Meta's word for what is made there"),
    ("app", "passport-instagram-", "Meta's word for what is made there"),
    ("app", "left-line-", "Meta's word for what is removed there"),
    ("callback", "left-line-vk", "what VK calls its page"),
    ("callback", "said-vk-", "what VK calls its webhook"),
    ("retry", "doctor-quarantine-", "a command"),
    ("authorization", "problem-fix-unauthorized", "the name of a header"),
    ("бесед", "passport-vk-", "VK's word for a group chat"),
    ("callback", "wizard-wa-", "what the field is called at Meta"),
    ("callback", "wizard-meta-webhook-url", "what the field is called at Meta"),
    ("plugin", "source-install-", "what WordPress calls it"),
    ("плагин", "source-install-", "what WordPress calls it"),
    ("operator", "admin-", "the vendor's own people"),
    ("operators", "admin-", "the vendor's own people"),
    ("operator", "audit-", "the vendor's own people"),
    ("оператор", "admin-", "the vendor's own people"),
    ("оператор", "audit-", "the vendor's own people"),
    ("operator", "legal-", "the law's word for who decides about personal data"),
    ("оператор", "legal-", "the law's word for who decides about personal data"),
    ("систем", "legal-", "one of the actions that the law lists"),
    ("систем", "wizard-wa-", "Meta's word for a user that is no person"),
    ("систем", "sales-meta-", "Meta's word for a user that is no person"),
    ("заморо", "passport-telegram-", "Telegram's word for what it does to accounts"),
    ("conversation", "check-rule-answer", "a field of the API"),
    ("migration", "doctor-", "of the database"),
    ("migrations", "doctor-", "of the database"),
    ("миграц", "doctor-", "of the database"),
];

/// What may be typed in a search instead of a label; nothing says it.
const OTHER_WORDS: &str = "find-";

fn words(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '-' && sign != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn is_forbidden(word: &str, forbidden: &str, language: Language) -> bool {
    match (language, forbidden.strip_suffix('.')) {
        (Language::Ru, None) => word.starts_with(forbidden),
        (_, whole) => word == whole.unwrap_or(forbidden),
    }
}

#[test]
fn each_thing_has_one_name_in_all_texts() {
    let mut violations: BTreeSet<(String, String)> = BTreeSet::new();
    let mut right = BTreeSet::new();
    let lists = [ENGLISH, RUSSIAN, SPANISH, PORTUGUESE];
    for (language, list) in [Language::En, Language::Ru, Language::Es, Language::Pt].into_iter().zip(lists) {
        // Other words for a setting are there because people type them.
        for (key, text) in texts(language).into_iter().filter(|(key, _)| !key.starts_with(OTHER_WORDS)) {
            for word in words(&text) {
                for forbidden in list.split_whitespace().filter(|one| is_forbidden(&word, one, language)) {
                    match RIGHT.iter().find(|(word, place, _)| *word == forbidden && key.starts_with(place)) {
                        Some(row) => right.insert(row),
                        None => violations.insert((key.clone(), word.clone())),
                    };
                }
            }
        }
    }
    assert!(violations.is_empty(), "{violations:#?}");
    let unused: Vec<_> = RIGHT.iter().filter(|row| !right.contains(row)).collect();
    assert!(unused.is_empty(), "these are no exceptions any more: {unused:#?}");
}

#[test]
fn texts_have_no_exclamation_marks_and_no_capitalised_pronouns() {
    for language in Language::ALL {
        for (key, text) in texts(language) {
            assert!(!text.contains('!') || key == "chat-greeting", "{key} = {text}");
        }
    }
    for (key, text) in texts(Language::Ru) {
        for form in ["Вы", "Вас", "Вам", "Вами", "Ваш", "Ваша", "Ваше", "Ваши", "Вашего", "Вашей", "Вашу", "Ваших"]
        {
            for (at, _) in text.match_indices(form) {
                let after = text[at + form.len()..].chars().next();
                let before = text[..at].trim_end_matches([' ', '«', '„', '(']).chars().next_back();
                let is_word = after.is_none_or(|sign| !sign.is_alphabetic());
                let begins = before.is_none_or(|sign| ".?!…:–—\n".contains(sign));
                assert!(!is_word || begins, "{key} = {text}");
            }
        }
    }
}

#[test]
fn counts_are_words_and_not_brackets() {
    for (language, brackets) in [(Language::En, &["(s)", "(es)"][..]), (Language::Ru, &["(а)", "(и)", "(й)", "(ов)"])]
    {
        for (key, text) in texts(language) {
            assert!(!brackets.iter().any(|one| text.contains(one)), "{key} = {text}");
        }
    }
}
