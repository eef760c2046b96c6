### Pages with the text of the data processing agreement. The vendor’s lawyer checks them (docs/privacy.md).

legal-link = Data processing agreement
legal-parties = Between the company whose { $crm } account uses { $name } (“you”) and { $vendor }, { $address } (“we”).
legal-other = The other agreement
legal-contact = Questions: { $email }
legal-version = Version { $version }
legal-gdpr-title = Data processing agreement (GDPR, Article 28)
legal-gdpr-name-subject = Subject and duration
legal-gdpr-text-subject =
    You are the controller of the personal data of your customers and employees; we process it on your behalf as a processor.
    The purpose is to deliver messages between the messengers that you connect and your { $crm } account, and to show you what became of them. It lasts from the moment you connect your account until the data is deleted after you leave.
legal-gdpr-name-data = Data and people concerned
legal-gdpr-text-data =
    Customers who write to you: names, phone numbers, e-mail addresses, pictures and IDs in messengers, texts, files, locations and reactions, and for chats on your site the page they wrote from.
    Your employees: names, e-mail addresses, roles and what they did in the panel.
    You do not use { $name } for special categories of data (Article 9) unless this was agreed in writing.
legal-gdpr-name-time = How long we keep it
legal-gdpr-text-time =
    Contents of delivered messages: { $texts_days } days, or fewer if you choose so in the panel. Messages without contents: { $messages_days } days. Files: { $files_days } days. The audit log: { $audit_days } days. Names and IDs of customers: until you erase them or your account is deleted.
legal-gdpr-name-duties = Our obligations
legal-gdpr-text-duties =
    We process the data only on your documented instructions: the settings that you make in the panel, in the { $crm } window and through the API, and this agreement. If we think that an instruction breaks the law, we say so at once.
    People who work for us have access only as far as they need it and are bound to confidentiality. Each time our staff view your panel, they state a reason, and your audit log records it.
    We help you to answer requests of the people concerned: the panel and the API export and erase the data of one customer, and give a proof of the erasure.
    We help you with impact assessments and consultations of the authority as far as it concerns our processing.
legal-gdpr-name-security = Security
legal-gdpr-text-security =
    Connections are encrypted. Tokens, secrets and passwords are stored encrypted or as hashes. Accounts are separated from each other. Files are reached only by signed links that expire. Our staff sign in with a second step.
legal-gdpr-name-place = Place of processing and sub-processors
legal-gdpr-text-place =
    The data is stored in: { $region }.
    { $crm } and the messengers that you connect get the messages because you asked for it; they process them under their own terms with you and are not our processors.
    We engage sub-processors, such as the data centre, only under the same obligations. A list is sent on request; we announce a change beforehand, and you may object. Data leaves the European Economic Area only under Chapter V of the GDPR.
legal-gdpr-name-breach = Breaches
legal-gdpr-text-breach =
    If your personal data is lost, altered or disclosed to someone who has no right to see it, we notify you without undue delay after we learn of it, with what we know: what happened, which data and how many people it concerns, and what was done.
legal-gdpr-name-audit = Proof
legal-gdpr-text-audit =
    We give you the information that shows that we keep this agreement, and allow audits by you or an auditor whom you name, announced in good time.
legal-gdpr-name-end = End
legal-gdpr-text-end =
    When you leave, you can export the data first. We then delete it at your choice: at once in the panel (“Delete everything”) or by writing to us; from backups it disappears as they are replaced. A law may require us to keep some of it; then we say what and for how long.
legal-fz152-title = Instruction to process personal data (Federal Law No. 152-FZ of Russia, Article 6 part 3)
legal-fz152-name-subject = Subject and purpose
legal-fz152-text-subject =
    You are the operator of the personal data of your customers and employees, and instruct us to process it. You have a legal ground for this instruction, such as the consent of the people concerned.
    The purpose is to deliver messages between the messengers that you connect and your { $crm } account, and to show you what became of them.
legal-fz152-name-data = List of personal data
legal-fz152-text-data =
    Customers who write to you: names, phone numbers, e-mail addresses, pictures and IDs in messengers, texts, files, locations and reactions, and for chats on your site the page they wrote from.
    Your employees: names, e-mail addresses, roles and what they did in the panel.
    Special categories and biometric data are not part of this instruction.
legal-fz152-name-actions = List of actions
legal-fz152-text-actions =
    Collection, recording, systematisation, accumulation, storage, updating, retrieval, use, transfer (to { $crm } and to the messengers that you connect), blocking, erasure and destruction, by automated means.
legal-fz152-name-time = How long we keep it
legal-fz152-text-time =
    Contents of delivered messages: { $texts_days } days, or fewer if you choose so in the panel. Messages without contents: { $messages_days } days. Files: { $files_days } days. The audit log: { $audit_days } days. Names and IDs of customers: until you erase them or your account is deleted.
legal-fz152-name-duties = Our obligations
legal-fz152-text-duties =
    We keep the principles and rules of the law, process the data only for this purpose, and keep it confidential.
    We follow Article 18 part 5 and Article 18.1. On your request we send documents and other information that prove it, also before we begin to process.
    We help you to answer requests of the people concerned: the panel and the API export and erase the data of one customer, and give a proof of the erasure.
    You answer to the people concerned for what we do; we answer to you.
legal-fz152-name-security = Security
legal-fz152-text-security =
    We protect the data as Article 19 requires. Connections are encrypted. Tokens, secrets and passwords are stored encrypted or as hashes. Accounts are separated from each other. Files are reached only by signed links that expire. Our staff sign in with a second step.
legal-fz152-name-place = Place of processing
legal-fz152-text-place =
    The databases are in: { $region }.
    Some messengers are outside Russia: by connecting such a messenger you transfer data across the border. You decide about it and notify the authority as Article 12 requires.
legal-fz152-name-breach = Incidents
legal-fz152-text-breach =
    If personal data was transferred unlawfully or by accident and this concerns the rights of people, we notify you at once, so that you can notify the authority within 24 hours, and of the results of the investigation within 72 hours (Article 21 part 3.1).
legal-fz152-name-end = End
legal-fz152-text-end =
    The instruction ends when you disconnect the account. You can export the data first. It is then destroyed at once in the panel (“Delete everything”) or at your written request; from backups it disappears as they are replaced.
