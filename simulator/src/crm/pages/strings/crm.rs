//! Texts of the CRM besides chats: contacts and incoming leads.

/// The texts of one language. `{…}` is filled in by [`super::fill`].
#[derive(Debug)]
pub(crate) struct CrmWords {
    pub(crate) contacts: &'static str,
    pub(crate) no_contacts: &'static str,
    pub(crate) hangs: &'static str,
    pub(crate) name_label: &'static str,
    pub(crate) phones_label: &'static str,
    pub(crate) emails_label: &'static str,
    pub(crate) several: &'static str,
    pub(crate) save: &'static str,
    pub(crate) add: &'static str,
    pub(crate) delete: &'static str,
    pub(crate) merge: &'static str,
    pub(crate) merge_label: &'static str,
    pub(crate) incoming: &'static str,
    pub(crate) accept: &'static str,
    pub(crate) decline: &'static str,
}

pub(super) const EN: CrmWords = CrmWords {
    contacts: "Contacts",
    no_contacts: "No contacts yet. Write from the customer’s page, or add one below.",
    hangs: "chats: {chats}, leads: {leads}",
    name_label: "Name",
    phones_label: "Phones",
    emails_label: "E-mail addresses",
    several: "Separate several with commas.",
    save: "Save",
    add: "Add contact",
    delete: "Delete",
    merge: "Merge",
    merge_label: "Contact to merge this one into",
    incoming: "Incoming leads",
    accept: "Accept",
    decline: "Decline",
};

pub(super) const RU: CrmWords = CrmWords {
    contacts: "Контакты",
    no_contacts: "Контактов пока нет. Напишите со страницы клиента или добавьте ниже.",
    hangs: "чатов: {chats}, сделок: {leads}",
    name_label: "Имя",
    phones_label: "Телефоны",
    emails_label: "Адреса почты",
    several: "Несколько — через запятую.",
    save: "Сохранить",
    add: "Добавить контакт",
    delete: "Удалить",
    merge: "Объединить",
    merge_label: "С каким контактом объединить (он останется)",
    incoming: "Неразобранное",
    accept: "Принять",
    decline: "Отклонить",
};
