# Machine-made: no native has read it yet.

## Keys and webhooks

keys-title = Chaves de API
keys-empty-title = Ainda não há chaves de API
keys-try = Experimente
keys-base-url = URL base
keys-description = Descrição OpenAPI
keys-empty = Uma chave permite que seus programas usem a API pública.
keys-create = Criar chave
keys-name-hint = Dê o nome do programa que vai usá-la, por exemplo “Cobrança”.
keys-scope-read = leitura – vê tudo da conta
keys-scope-write = escrita – também envia mensagens e gerencia fontes
keys-scope-admin = administração – também exporta e apaga dados de clientes
keys-created = A chave “{ $name }” foi criada
keys-revoke = Revogar chave
keys-revoke-confirm = Revogar “{ $name }”? Os programas com esta chave receberão 401 na hora. Não é possível desfazer.
webhooks-title = Webhooks
webhooks-empty = Os webhooks aparecem com uma fonte do tipo “Seu próprio app de mensagens”.
webhooks-about = Seus próprios apps de mensagens e os endereços que recebem os webhooks deles.
webhooks-deliveries = Entregas
webhooks-none-title = Ainda não há entregas
webhooks-col-event = Evento
webhooks-col-answer = Resposta
webhooks-send-test = Enviar evento de teste
webhooks-test-and-on = Testar e ativar
webhooks-recover = Enviar vários novamente…
webhooks-rotate = Renovar segredo
webhooks-rotate-hint = Os dois segredos valem por 24 horas; depois o anterior deixa de valer.
webhooks-check-signature = Verificar uma assinatura
keys-name = Nome
keys-col-scope = Alcance
keys-col-ends-with = Termina em
keys-col-made = Criada
keys-col-until = Válida até
keys-col-maker = Criada por
keys-less = Agora só: { $scope }
keys-take = Assumir
keys-taken = A chave “{ $name }” agora é sua: pode no máximo o que você pode.
key-state-maker-gone = Parada: quem a criou não tem acesso
keys-ends-in =
    { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    }
keys-ends-never = Até ser revogada
key-state-expired = Vencida
keys-made-title = Nova chave
keys-to-list = Voltar às chaves
keys-shown-before = Já foi mostrada uma vez. Se você a perdeu, crie uma nova.
keys-revoked = A chave “{ $name }” está revogada.
keys-revoked-before = A chave “{ $name }” já estava revogada.
webhooks-of = Webhooks de “{ $source }”
webhooks-col-address = URL do webhook
webhooks-none-yet = Envie um evento de teste ou escreva a um cliente pelo card no amoCRM.
webhooks-resent = O webhook está sendo enviado novamente.
webhooks-of-the-moment = Só são mostradas mensagens. As reações e o “digitando” são enviados uma vez e não podem ser enviados novamente.
webhooks-not-resent = Este webhook não pode ser enviado novamente: só as mensagens podem, e só enquanto são guardadas.
webhooks-rotated = “{ $source }” tem um novo segredo de assinatura.
webhooks-rotated-by-other = Outra pessoa acabou de alterar esta fonte. Confira e tente novamente se precisar.
signature-intro = Cole os cabeçalhos e o corpo como seu servidor os recebeu. Nada é guardado.
signature-body = Corpo bruto
signature-right = A assinatura está correta.
signature-right-old = A assinatura está correta, mas a hora difere em mais de 5 minutos. Os receptores recusam esses eventos: confira o relógio do seu servidor.
signature-wrong = A assinatura não confere. Assine o texto “id.timestamp.body” com o segredo decodificado, usando os bytes originais antes de ler o JSON.
signature-body-spaces = Confere sem os espaços ao redor do corpo. Seu servidor adiciona ou mantém espaços: assine os bytes originais.
signature-bad-timestamp = Insira o timestamp do cabeçalho: um número inteiro de segundos.
signature-bad-form = Uma assinatura começa com “v1,” seguido de base64.
signature-no-source = Escolha uma fonte que tenha um segredo de webhook.
keys-valid-for = Válida por
keys-docs = Documentação da API
webhooks-chart = Tentativas de entrega
webhooks-chart-hours = Tentativas de entrega por hora: { $accepted } aceitas, { $failed } com falha.
webhooks-chart-days = Tentativas de entrega por dia: { $accepted } aceitas, { $failed } com falha.
webhooks-chart-values = { $when }: { $accepted } aceitas, { $failed } com falha
webhooks-chart-empty = Não há tentativas neste período.
webhooks-accepted = Aceita
webhooks-failed = Tentativas com falha
webhooks-answer-time = Tempo de resposta habitual
webhooks-answer-most = Os 5% mais lentos: mais de { $delay }
webhooks-last-success = Último sucesso
webhooks-last-none = Nenhum em 7 dias
webhooks-next = Próxima tentativa
webhooks-next-held = Próxima tentativa: quando a fonte estiver ativa novamente
webhooks-cut = Só são contadas as últimas { $count } tentativas, desde { $stamp }.
