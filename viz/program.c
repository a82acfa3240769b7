#include "program.h"
#include "../host/ohmscape.h"

static ohm_status compile(GLenum type, const char *source, GLuint *shader) {
    *shader = glCreateShader(type);
    glShaderSource(*shader, 1, &source, NULL);
    glCompileShader(*shader);
    GLint done = 0;
    glGetShaderiv(*shader, GL_COMPILE_STATUS, &done);
    if (done) return OHM_OK;
    char log[2048] = "";
    glGetShaderInfoLog(*shader, sizeof log, NULL, log);
    return ohm_fail(OHM_BUILD_FAILED, "OpenGL could not build a shader\n%s", log);
}

static ohm_status link(GLuint program) {
    glLinkProgram(program);
    GLint done = 0;
    glGetProgramiv(program, GL_LINK_STATUS, &done);
    if (done) return OHM_OK;
    char log[2048] = "";
    glGetProgramInfoLog(program, sizeof log, NULL, log);
    return ohm_fail(OHM_BUILD_FAILED, "OpenGL could not link a program\n%s", log);
}

ohm_status program_build(const char *vertex, const char *fragment, GLuint *program) {
    GLuint shader[2] = {0};
    *program = glCreateProgram();
    ohm_status status = compile(GL_VERTEX_SHADER, vertex, &shader[0]);
    if (!status) status = compile(GL_FRAGMENT_SHADER, fragment, &shader[1]);
    for (int i = 0; i < 2 && !status; i++) glAttachShader(*program, shader[i]);
    if (!status) status = link(*program);
    for (int i = 0; i < 2; i++) glDeleteShader(shader[i]); // 0 is allowed
    if (status) {
        glDeleteProgram(*program);
        *program = 0;
    }
    return status;
}
