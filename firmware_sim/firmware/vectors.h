/* What the vector table calls. */
#ifndef VECTORS_H
#define VECTORS_H

void systick_handler(void);
void usart3_handler(void);

#endif
