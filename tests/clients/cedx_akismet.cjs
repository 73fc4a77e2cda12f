// @cedx/akismet: takes a base URL, sends the key as api_key, and minds every header.
async function main([port, key]) {
  const { Author, Blog, CheckResult, Client, Comment } = await import('@cedx/akismet')
  const names = Object.fromEntries(Object.entries(CheckResult).map(([name, value]) => [value, name]))
  const blog = new Blog({ url: 'https://blog.example', charset: 'UTF-8', languages: ['id'] })
  const client = new Client(key, blog, { baseUrl: `http://127.0.0.1:${port}` })
  const wrong = new Client('000000000000', blog, { baseUrl: `http://127.0.0.1:${port}` })
  const comment = (content, author = {}) => new Comment({
    content, type: 'comment', context: ['resep', 'nasi'], date: new Date(),
    author: new Author({ ipAddress: '203.0.113.8', name: 'Siti', email: 'siti@example.com', ...author })
  })
  const ham = comment('Terima kasih resepnya dari peramban')
  const said = {
    verified: await client.verifyKey(),
    wrong: await wrong.verifyKey(),
    ham: names[await client.checkComment(ham)],
    spam: names[await client.checkComment(comment('saring-test-reject'))],
    held: names[await client.checkComment(comment('saring-test-hold'))],
    trigger: names[await client.checkComment(comment('x', { name: 'viagra-test-123' }))],
    admin: names[await client.checkComment(comment('x', { role: 'administrator' }))]
  }
  await client.submitSpam(ham)
  said.after = names[await client.checkComment(ham)]
  await client.submitHam(ham)
  said.again = names[await client.checkComment(ham)]
  console.log(JSON.stringify(said))
}

main(process.argv.slice(2)).catch((error) => { console.error(error); process.exit(1) })
