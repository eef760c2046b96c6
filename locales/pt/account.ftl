# Machine-made: no native has read it yet.

## amoCRM account and access

account-access = Acesso ao { $crm }
account-allow-again = Autorizar novamente
account-allow-again-hint = As fontes, os chats e as configurações ficam como estão.

## Data: export and delete

data-kept = O que é guardado e por quanto tempo
data-retention = Guardar os textos das mensagens por
data-retention-usual =
    { $days ->
        [one] { $days } dia (padrão)
       *[other] { $days } dias (padrão)
    }
data-retention-days =
    { $days ->
        [0] Não guardar (apagar após a entrega)
        [one] { $days } dia
       *[other] { $days } dias
    }
data-retention-hint = Contado do dia em que a mensagem é entregue ou falha. As mensagens em espera ou que podem ser enviadas novamente mantêm o texto; nada muda no { $crm }.
data-retention-saved = Salvo. Os textos mais antigos são apagados em um dia.
data-forget-person = Apagar os dados de um cliente
data-forget-person-hint = Por telefone ou ID de chat. Os chats e contatos no { $crm } ficam: exclua-os lá.
data-forget-person-confirm =
    Serão apagados: { $messages ->
        [one] { $messages } mensagem
       *[other] { $messages } mensagens
    } e { $files ->
        [0] nenhum arquivo
        [one] { $files } arquivo
       *[other] { $files } arquivos
    }. Não é possível desfazer.
data-forget-all = Apagar todos os dados desta conta
data-forget-all-confirm =
    Digite { $account } para confirmar. { $sources ->
        [one] { $sources } fonte para
       *[other] { $sources } fontes param
    } na hora.
data-erased = Apagado. O certificado com os totais está no registro de auditoria.
account-title = Conta
account-state = Estado
account-by = Concedido por
account-user = usuário { $id }
account-not-admin = não é administrador
account-renewed = Renovado
account-next = Próxima renovação
account-who-may = Um proprietário ou administrador pode autorizar novamente.
account-address = Endereço
account-name = Nome
account-number = ID da conta
account-zone = Fuso horário
account-default = Fonte padrão
account-no-default = Não escolhida
account-strays =
    O { $crm } tem { $count ->
        [one] { $count } fonte
       *[other] { $count } fontes
    } desta integração que o Parom não criou.
account-strays-open = Ver
account-channels = Canais
account-no-channels = Nenhum canal está conectado ainda.
account-updates = Alterações de contatos
account-updates-on = Recebidas na hora
account-updates-off = Não solicitadas
account-updates-refused = Não disponíveis
account-updates-on-about = O { $crm } avisa o Parom quando um contato é renomeado, mesclado ou excluído, e quando um chat passa para outro contato.
account-updates-off-about = O Parom as solicita ao { $crm } assim que a conta é conectada.
account-updates-refused-about = O { $crm } não envia estas alterações às integrações desta conta, como nos planos sem webhooks. Nada se perde: uma alteração aparece quando alguém abre o chat. O Parom pergunta novamente todos os dias.
account-updates-checked = verificado { $time }
account-channel-not-allowed = O { $crm } ainda não abriu este canal para a conta. O suporte já sabe e precisa adicionar a conta { $account }.
data-col-class = O quê
data-col-term = Por quanto tempo
data-kept-messages = Mensagens: quem escreveu a quem e quando
data-kept-messages-term =
    { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }. Chats e clientes: até você apagá-los aqui
data-kept-texts = Textos e conteúdos das mensagens
data-kept-texts-term =
    { $days ->
        [0] Não são guardados: são apagados assim que a mensagem é entregue
        [one] { $days } dia depois de chegarem ou falharem
       *[other] { $days } dias depois de chegarem ou falharem
    }
data-kept-files = Arquivos: fotos, mensagens de voz, documentos
data-kept-files-term =
    { $days ->
        [0] Não são guardados: são apagados no dia seguinte à entrega da mensagem
        [one] { $days } dia depois de chegarem
       *[other] { $days } dias depois de chegarem
    }
data-kept-hooks = Solicitações recebidas em estado bruto
data-kept-hooks-term =
    { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }
data-kept-undelivered = Mensagens não entregues
data-kept-undelivered-term =
    { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }, ou até serem enviadas novamente, removidas ou apagadas
data-kept-access = Acesso ao { $crm } e aos apps de mensagens
data-kept-access-term = Criptografado enquanto em uso; apagado em 24 horas depois de desativar a integração
data-kept-sessions = Entradas no painel
data-kept-sessions-term = 12 horas de inatividade, 30 dias no máximo
data-kept-audit = Registro de auditoria
data-kept-audit-term =
    { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }
data-kept-proofs = Certificados de exclusão
data-kept-proofs-term = Para sempre: só números, sem dados de clientes
data-export-title = Exportar dados
data-export-hint = Um arquivo com tudo desta conta: chats, mensagens, fontes, registro de auditoria. Um objeto JSON por linha; sem segredos.
data-agreement = Acordo de tratamento de dados
data-agreement-given = Aceito: { $who }, { $time }, versão { $version }.
data-agreement-administrator = Um administrador
data-agreement-missing = Ninguém aceitou o acordo ainda. Um administrador pode fazer isso na janela da integração no { $crm }.
data-agreement-changed = O texto mudou desde então.
data-export-button = Baixar tudo
data-who = Telefone ou ID de chat
data-who-wrong = Insira um telefone completo com o código do país, como +55 11 91234-5678, ou o ID de um chat.
data-none-found = Nada encontrado para este número ou chat.
data-forget-count = Buscar dados
data-forget-person-title = Apagar os dados deste cliente?
data-forget-chats =
    Encontrado para “{ $who }”: { $chats ->
        [0] nenhum chat
        [one] { $chats } chat
       *[other] { $chats } chats
    }.
data-forget-possible = Nestes chats o número está escrito sem código do país, então pode ser de outra pessoa. Eles não são apagados; abra um chat e apague-o pelo ID se for deste cliente.
data-forget-stays = Os chats e contatos no { $crm } ficam.
data-customer-export = Baixar os dados deste cliente
data-forget-button =
    { $messages ->
        [one] Apagar { $messages } mensagem
       *[other] Apagar { $messages } mensagens
    }
data-forget-all-hint = Apaga do Parom as fontes, os chats, as mensagens, as chaves e a equipe desta conta e desconecta o canal. Os chats no { $crm } ficam. Não é possível desfazer.
data-gone-title = Todos os dados da conta foram apagados
data-gone = Todos os dados de { $account } foram apagados. Certificado: { $proof }.
data-left = O Parom ainda não conseguiu remover seu webhook destas linhas e continua tentando por 7 dias. Até lá os apps de mensagens delas podem continuar enviando mensagens, cujos textos o Parom não guarda. Para encerrar você mesmo:
data-left-given-up = O Parom não conseguiu remover seu webhook destas linhas. Os apps de mensagens delas podem continuar enviando mensagens, cujos textos o Parom não guarda. Para encerrar:
left-line-avito = Remova o webhook com o método unsubscribe da API de mensagens do Avito ou crie uma nova chave de API.
left-line-facebook = Nas configurações da página, abra os aplicativos conectados e remova o aplicativo.
left-line-instagram = Nas configurações do Instagram, abra “Aplicativos e sites” e remova o aplicativo.
left-line-max = Remova a assinatura com o método DELETE /subscriptions da API do MAX ou mude o token do bot.
left-line-telegram = Remova o webhook com o método deleteWebhook da Bot API ou conecte o bot a outro serviço.
left-line-vk = Na comunidade, abra Gerenciar, Uso da API, Callback API, e remova o servidor “Parom”.
left-line-whatsapp = Nas configurações de empresa da Meta, abra a conta do WhatsApp e remova o aplicativo conectado.
left-line-other = Remova no app de mensagens o webhook com o endereço do Parom.

## Messages that did not come

account-lost = Mensagens que escaparam
account-lost-about = O { $crm } avisa o Parom de cada mensagem de um atendente uma única vez. As que escapam durante uma queda ficam no histórico do { $crm }; o Parom o confere a cada hora e depois de cada queda.
account-lost-look = Procurar mensagens que escaparam
account-lost-looked = O Parom confere os chats das últimas 48 horas. As mensagens que encontrar aparecem aqui.
account-lost-looking = O Parom está conferindo agora.
account-lost-last =
    Última verificação { $time }: { $chats ->
        [0] nenhum chat
        [one] { $chats } chat
       *[other] { $chats } chats
    }, { $found ->
        [0] não faltava nada
        [one] faltava { $found } mensagem
       *[other] faltavam { $found } mensagens
    }.
account-lost-never = A primeira verificação ocorre em uma hora.
account-lost-found =
    { $count ->
        [one] { $count } mensagem encontrada até agora.
       *[other] { $count } mensagens encontradas até agora.
    }
account-lost-waiting =
    { $count ->
        [one] { $count } mensagem encontrada espera uma decisão: envie ou remova.
       *[other] { $count } mensagens encontradas esperam uma decisão: envie ou remova.
    }
limits-title = Limites
limits-hint = As solicitações acima de um limite são recusadas, com o motivo e a hora de tentar novamente. Os limites nunca param mensagens dos apps de mensagens nem do { $crm }.
limits-full = esgotado
limits-sources = Fontes
limits-stored = Guardado no total
limits-files = Arquivos
limits-visitors = Arquivos de visitantes do chat do site
limits-imports = Importações em andamento
limits-imports-size = Arquivos destas importações
limits-requests = Solicitações por segundo por chave de API
limits-key-day = Dados por dia por chave de API
limits-messages = Mensagens neste mês
limits-used = { $used } de { $most }
limits-used-free = { $used }, sem limite
limits-most = no máximo { $most }
limits-free = sem limite
